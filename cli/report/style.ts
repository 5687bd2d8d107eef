/** The page's style: light and dark by the reader's choice, narrow screens, and print. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d0d7de;--panel:#f6f8fa;--good:#1a6b2d;--bad:#a61c1c;--copy:#2f6fb5;--complete:#6a9fd8;--verify:#7a4fb5;--link:#0a58a8}
@media (prefers-color-scheme:dark){:root{--bg:#12161b;--fg:#e6edf3;--dim:#9aa7b4;--line:#38424d;--panel:#1b2128;--good:#6fd08c;--bad:#ff9a8f;--copy:#5c9ce6;--complete:#2f6190;--verify:#b394ea;--link:#7ab7ff}}
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem 1rem 3rem;max-width:64rem;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.25;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2rem 0 .5rem}h3{font-size:1rem;margin:1rem 0 .25rem}ul,ol{margin:.25rem 0;padding-left:1.5rem}
.verdict{border-left:.4rem solid var(--bad);background:var(--panel);padding:.75rem 1rem;margin:1rem 0;font-size:1.1rem}
.verdict.passed{border-color:var(--good)}.verdict strong{color:var(--bad)}.verdict.passed strong{color:var(--good)}
.note{border:1px dashed var(--dim);padding:.5rem 1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0}dt{color:var(--dim)}dd{margin:0}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;vertical-align:top;padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);overflow-wrap:normal}th{font-weight:600;white-space:nowrap}.duration{white-space:nowrap}
.passed-text{color:var(--good);font-weight:600}.failed-text{color:var(--bad);font-weight:600}.source,.dim{color:var(--dim);font-size:.85rem}
time{white-space:nowrap}
.gantt{margin:.5rem 0}.row{display:grid;grid-template-columns:minmax(6rem,14rem) 1fr;gap:1rem;align-items:center;min-height:1.9rem}
.track{position:relative;height:1.3rem;border-bottom:1px solid var(--line);min-width:0}
.bar{position:absolute;top:.15rem;height:.9rem;border-radius:.15rem}.bar.copy,.key.copy{background:var(--copy)}.bar.complete,.key.complete{background:var(--complete)}.bar.verify{background:var(--verify)}
.bar.unknown,.key.unknown{background:repeating-linear-gradient(45deg,var(--copy) 0 .25rem,transparent .25rem .5rem)}
.mark{position:absolute;top:.05rem;width:.75rem;height:.75rem;margin-left:-.38rem;transform:rotate(45deg);background:var(--verify);border:1px solid var(--bg)}
.tick{position:absolute;bottom:0;padding-left:.25rem;border-left:1px solid var(--line);line-height:1.1;font-size:.75rem;color:var(--dim);white-space:nowrap}
.key{display:inline-block;width:1.1rem;height:.7rem;border-radius:.15rem;margin:0 .2rem 0 .8rem}.key:first-child{margin-left:0}.key.verify{background:var(--verify);width:.6rem;height:.6rem;transform:rotate(45deg)}
.tick.last{padding:0 .25rem 0 0;border-left:0;border-right:1px solid var(--line);transform:translateX(-100%)}.legend{font-size:.85rem;color:var(--dim)}summary{cursor:pointer;padding:.25rem 0}
a{color:var(--link)}:focus-visible{outline:2px solid var(--link);outline-offset:2px}
@media (max-width:40rem){body{padding:1rem .75rem 2rem}.row{grid-template-columns:1fr;gap:0;margin-bottom:.4rem}.axis>span{display:none}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{:root{--bg:#fff;--fg:#000;--dim:#444;--line:#999;--panel:#fff}body{max-width:none;font-size:11pt;padding:0}.bar,.key,.mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}details>*{display:block}h2{break-after:avoid}tr,.row{break-inside:avoid}}
`;
