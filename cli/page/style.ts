/** Light, dark and print. Colors have names by meaning; text has a contrast of at least 4.5 to 1 on its ground. */
export const STYLE = `
:root{--paper:#faf9f6;--card:#fff;--ink:#22282e;--soft:#59636d;--line:#e3dfd7;--track:#f1eee8;--range:#8fb9bd;--good:#1b6b4a;--muted:#5f676f;--warn:#8a5a00;--bad:#a8321f;--chosen:#4446a8;--focus:#1f6feb;--warn-bg:#fdf5e3;--bad-bg:#fbeeea;--good-bg:#eaf5ef}
@media (prefers-color-scheme:dark){:root{--paper:#16191d;--card:#1d2126;--ink:#e4e2dd;--soft:#a4abb3;--line:#343a41;--track:#262b31;--range:#3f7379;--good:#79cfa3;--muted:#9aa1a8;--warn:#e6b65c;--bad:#f09480;--chosen:#a9abff;--focus:#79b0ff;--warn-bg:#2c2619;--bad-bg:#2f201d;--good-bg:#1a2a23}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2.5rem 1.5rem 4rem;max-width:72rem;background:var(--paper);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;-webkit-text-size-adjust:100%}
h1{font-size:1.75rem;line-height:1.2;font-weight:650;letter-spacing:-.01em;margin:0 0 .25rem}
h2{font-size:1.125rem;font-weight:650;margin:2.75rem 0 .75rem}
p{margin:.5rem 0}header p,footer,.soft{color:var(--soft)}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.875rem}
code,time,.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.92em}
time{white-space:nowrap;font-variant-numeric:tabular-nums}
a{color:inherit}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.25rem .5rem}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.25rem 1.5rem;margin:1.25rem 0}
.answer strong{display:block;font-size:1.6rem;font-weight:600;line-height:1.3}.answer strong time{font-size:1em}
pre{background:var(--track);border-radius:6px;padding:.7rem .9rem;margin:.75rem 0 0;overflow-x:auto;font-size:.875rem;line-height:1.5}
pre code{font-size:1em}
ul.problems{list-style:none;margin:1rem 0;padding:0}
ul.problems li{background:var(--warn-bg);border-left:3px solid var(--warn);border-radius:0 6px 6px 0;padding:.6rem .9rem;margin:.5rem 0;overflow-wrap:anywhere}
ul.problems li.bad{background:var(--bad-bg);border-color:var(--bad)}
.bar-top{display:flex;flex-wrap:wrap;gap:.5rem 1.5rem;align-items:center;justify-content:space-between;margin-bottom:.75rem}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin:0;padding:0;font-size:.8125rem;color:var(--soft)}
.legend li{display:flex;align-items:center;gap:.35rem}
.scroll{overflow-x:auto;scrollbar-width:thin;padding-bottom:.25rem}
.lanes{min-width:100%;padding:0 6px}
.lane-label{position:sticky;left:0;width:max-content;max-width:min(100%,64rem);font-size:.875rem;margin:.5rem 0 .2rem}
.lane-label b{font-weight:600}.lane-label span{color:var(--soft);font-size:.8125rem}
svg{display:block;overflow:visible}svg svg{display:inline}
.axis text{fill:var(--soft);font-size:12px;font-variant-numeric:tabular-nums}.axis text.chosen{fill:var(--chosen);font-weight:600}
.when{visibility:hidden;fill:var(--soft);font-size:11px;font-variant-numeric:tabular-nums}
.track{fill:var(--track)}.grid{stroke:var(--line)}
.range{--c:var(--range)}.plain{--c:var(--ink)}.good{--c:var(--good)}.muted{--c:var(--muted)}.warn{--c:var(--warn)}.bad{--c:var(--bad)}.chosen{--c:var(--chosen)}
rect.bar{fill:var(--c)}rect.hatched{fill:var(--c);fill-opacity:.18;stroke:var(--c);stroke-dasharray:3 3}
.dot,.diamond{fill:var(--c);stroke:var(--card);stroke-width:1}.ring{fill:var(--card);stroke:var(--c);stroke-width:1.75}
.cross,.tick{fill:none;stroke:var(--c);stroke-width:2.25;stroke-linecap:round}.rule{stroke:var(--c);stroke-width:1.5;stroke-dasharray:4 3}
.zoom{display:flex;gap:.4rem;margin:0}.zoom[hidden]{display:none}
button,input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--muted);border-radius:6px;padding:.25rem .7rem;min-height:2rem}
button{min-width:2.4rem;cursor:pointer}
.search{display:flex;flex-wrap:wrap;gap:.6rem;align-items:center;font-size:.9375rem}.search[hidden]{display:none}.search input{flex:0 1 20rem;min-width:0}
.table{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:10px}
table{border-collapse:collapse;width:100%;font-size:.9rem}
caption{text-align:left;padding:.8rem 1rem .3rem;color:var(--soft);font-size:.8125rem}
th,td{text-align:left;vertical-align:top;padding:.5rem 1rem;border-top:1px solid var(--line);font-weight:400}
thead th{font-size:.8125rem;font-weight:600;color:var(--soft);white-space:nowrap;border-top:0}
ul,ol{padding-left:1.5rem}li{white-space:pre-line}
td small{display:block;color:var(--soft);font-size:.8125rem;max-width:44rem;overflow-wrap:break-word}
.badge{display:inline-block;border-radius:99px;padding:.05rem .6rem;font-size:.8125rem;font-weight:600;white-space:nowrap;color:var(--c);background:var(--track)}
.badge.good{background:var(--good-bg)}.badge.warn{background:var(--warn-bg)}.badge.bad{background:var(--bad-bg)}
@media (max-width:40rem){.axis .second{display:none}pre{white-space:pre-wrap;overflow-wrap:anywhere}body{padding:1.5rem 1rem 3rem}h1{font-size:1.4rem}.card{padding:1rem}.answer strong{font-size:1.25rem}}
@media screen and (max-width:40rem){table,caption,tbody,tr,tbody th,td{display:block}thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}tr[hidden]{display:none}
tbody tr{border-top:1px solid var(--line);padding:.6rem 1rem}th,td{border:0;padding:.1rem 0}tbody th{font-weight:600}td:empty{display:none}td::before{content:attr(data-column) ": ";content:attr(data-column) ": " / "";color:var(--soft);font-size:.8125rem}}
@page{margin:14mm}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--track:#f3f3f3;--range:#8fb9bd;--good:#1b6b4a;--muted:#666;--warn:#8a5a00;--bad:#a8321f;--chosen:#4446a8;--warn-bg:#fff;--bad-bg:#fff;--good-bg:#fff}
body{max-width:none;padding:0;font-size:10pt;print-color-adjust:exact;-webkit-print-color-adjust:exact}.zoom,.search,.skip{display:none}.when{display:none}.scroll,.table{overflow:visible}.lanes{width:100%!important}tr,.card,.lane,li{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}pre{white-space:pre-wrap}}
`;
