// Writes what the libraries decide by which Kubernetes checks a CronJob: robfig/cron (schedules) and Go's tz database
// (time zones). Kubernetes calls cron.ParseStandard and time.LoadLocation, with time/tzdata embedded in its binaries
// (kubernetes/kubernetes, pkg/apis/batch/validation/validation.go).
//
//	go run . schedules > schedules.json
//	go run . zones < "$(go env GOROOT)/lib/time/zoneinfo.zip" > ../../../../restore-points/rules/time-zones.txt
package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"os"
	"sort"
	"strings"
	"time"
	_ "time/tzdata"

	"github.com/robfig/cron/v3"
)

func main() {
	switch os.Args[1] {
	case "schedules":
		schedules()
	case "zones":
		zones()
	}
}

var written = []string{
	"0 3 * * *", "*/15 * * * *", "5/20 2,14 * * *", "0 0 * * MON-FRI", "0 0 * * mon,Wed", "0 0 * * 7", "0 0 * * 0-7", "0 0 * * 6",
	"0 0 1 */3 *", "0 0 1 * 1", "0 0 */2 * 1", "0 0 */1 * 1", "0 0 ? * 1", "0 0 1 ? *", "0 0 *,5 * 1", "0 0 29 2 *", "0 0 31 2 *",
	"0 24 * * *", "60 * * * *", "0 5-3 * * *", "*/0 * * * *", "0 3 * *", "0 3 * * * *", "0 0 0 * *", "0 0 32 * *", "0 0 1 0 *", "0 0 1 13 *",
	"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly", "@often", "@reboot", "@Daily", " @daily", "@daily ", "@",
	"@every 1h30m", "@every 90m", "@every 1.5h", "@every 0s", "@every 500ms", "@every 61.9s", "@every -5m", "@every 1d", "@every", "@every ",
	"@every 1h 30m", "@every 60", "@every .5h", "@every 1h-5m", "@every +5m", "@every 1H", "@every 100us", "@every 1e3s", "@every 9999999h",
	"", " ", "* * * * *", "\t0  3\t*  *  * ", "0 3 * * *\n", "1,,2 * * * *", ", * * * *", "1, * * * *", "*-5 * * * *", "?-5 * * * *",
	"*/5/2 * * * *", "1-2-3 * * * *", "-1 * * * *", "+1 * * * *", "01 03 * * *", "1-59/2 * * * *", "59/1 * * * *", "0/60 * * * *", "*/100 * * * *",
	"1.5 * * * *", "0x10 * * * *", "1_0 * * * *", "a * * * *", "jan * * * *", "0 0 1 jan *", "0 0 1 JAN-Mar/2 *", "0 0 1 january *", "0 0 L * *", "0 0 15W * *",
	"0 0 * * 5#2", "0 0 * * 5L", "0 0 * * sun-mon", "0 0 * * fri-sun", "0 0 * * sat/1", "0 0 * * */2", "- * * * *", "1- * * * *", "/5 * * * *", "*/ * * * *",
	"* * * * * *", "cron(0 5 ? * * *)", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 29 2 1", "0 12 1 1 *", "0 0 29-31 2 *", "0 0 31 */2 *", "30 23 31 12 *",
	"0 0 ， * *", "０ 3 * * *", "0 3 * * *", "99999999999999999999 * * * *", "18446744073709551616/1 * * * *", "*/18446744073709551616 * * * *",
}

// Five fields of pieces that are each right or nearly right.
func random(r *rand.Rand) string {
	bounds := [][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}}
	names := [][]string{{}, {}, {}, {"jan", "FEB", "dec"}, {"sun", "Wed", "SAT"}}
	fields := make([]string, 5)
	for i, b := range bounds {
		number := func() string {
			if len(names[i]) > 0 && r.Intn(4) == 0 {
				return names[i][r.Intn(len(names[i]))]
			}
			return fmt.Sprint(b[0] + r.Intn(b[1]-b[0]+1) + []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1}[r.Intn(13)])
		}
		pieces := make([]string, 1+r.Intn(5)/3)
		for p := range pieces {
			piece := []string{"*", "*", "*", "?", number(), number(), number(), number() + "-" + number()}[r.Intn(8)]
			if r.Intn(5) == 0 {
				piece += fmt.Sprintf("/%d", r.Intn(20))
			}
			pieces[p] = piece
		}
		fields[i] = strings.Join(pieces, ",")
	}
	return strings.Join(fields, " ")
}

type row struct {
	Spec  string   `json:"spec"`
	Error string   `json:"error,omitempty"`
	Next  []string `json:"next,omitempty"`
}

func schedules() {
	time.Local = time.UTC
	specs := written
	for r := rand.New(rand.NewSource(1)); len(specs) < 1000; {
		specs = append(specs, random(r))
	}
	fmt.Println("[")
	for i, spec := range specs {
		line := row{Spec: spec}
		schedule, err := cron.ParseStandard(spec)
		if err != nil {
			line.Error = err.Error()
		} else {
			// In whole seconds, as the clock of "@every" counts them.
			at := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
			for n := 0; n < 4; n++ {
				if at = schedule.Next(at); at.IsZero() {
					break
				}
				line.Next = append(line.Next, at.Format("2006-01-02T15:04:05Z"))
			}
		}
		text := &bytes.Buffer{}
		encoder := json.NewEncoder(text)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(line); err != nil {
			panic(err)
		}
		comma := ","
		if i == len(specs)-1 {
			comma = ""
		}
		fmt.Printf("  %s%s\n", strings.TrimSpace(text.String()), comma)
	}
	fmt.Println("]")
}

func zones() {
	archive, err := io.ReadAll(os.Stdin)
	if err != nil {
		panic(err)
	}
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		panic(err)
	}
	names := []string{}
	for _, file := range reader.File {
		// "Factory" stands for a machine whose zone nobody has set yet.
		if strings.HasSuffix(file.Name, "/") || file.Name == "Factory" {
			continue
		}
		if _, err := time.LoadLocation(file.Name); err != nil {
			panic(err)
		}
		names = append(names, file.Name)
	}
	sort.Strings(names)
	fmt.Println(strings.Join(names, "\n"))
}
