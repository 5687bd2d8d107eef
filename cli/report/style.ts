/** What the evidence has besides the style of every page: a verdict, terms with their values, and a chart. */
export const STYLE = `
:root{--copy:#2f6fb5;--complete:#6a9fd8;--verify:#7a4fb5}
@media (prefers-color-scheme:dark){:root{--copy:#5c9ce6;--complete:#2f6190;--verify:#b394ea}}
main{overflow-wrap:anywhere}h3{font-size:1rem;margin:1rem 0 .25rem}ul,ol{margin:.25rem 0}th,td{overflow-wrap:normal}
.verdict{font-size:1.1rem;margin:0}.verdict strong{color:var(--bad)}.passed strong{color:var(--good)}
.note{border:1px dashed var(--soft);padding:.5rem 1rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:0}dt{color:var(--soft)}dd{margin:0}
.duration{white-space:nowrap}.passed-text{color:var(--good);font-weight:600}.failed-text{color:var(--bad);font-weight:600}.source{color:var(--soft);font-weight:400;font-size:.85rem}
.gantt{margin:.5rem 0}.row{display:grid;grid-template-columns:minmax(6rem,14rem) 1fr;gap:1rem;align-items:center;min-height:1.9rem}
.row .track{position:relative;height:1.3rem;border-bottom:1px solid var(--line);min-width:0}
.gantt .bar{position:absolute;top:.15rem;height:.9rem;border-radius:.15rem}.bar.copy,.key.copy{background:var(--copy)}.bar.complete,.key.complete{background:var(--complete)}.bar.verify{background:var(--verify)}
.bar.unknown,.key.unknown{background:repeating-linear-gradient(45deg,var(--copy) 0 .25rem,transparent .25rem .5rem)}
.mark{position:absolute;top:.05rem;width:.75rem;height:.75rem;margin-left:-.38rem;transform:rotate(45deg);background:var(--verify);border:1px solid var(--paper)}
.row .tick{position:absolute;bottom:0;padding-left:.25rem;border-left:1px solid var(--line);line-height:1.1;font-size:.75rem;color:var(--soft);white-space:nowrap}
.tick.last{padding:0 .25rem 0 0;border-left:0;border-right:1px solid var(--line);transform:translateX(-100%)}summary{cursor:pointer;padding:.25rem 0}
.key{display:inline-block;width:1.1rem;height:.7rem;border-radius:.15rem}.key.verify{background:var(--verify);width:.6rem;height:.6rem;transform:rotate(45deg)}
@media (max-width:40rem){.row{grid-template-columns:1fr;gap:0;margin-bottom:.4rem}.axis>span,.tick:has(+.last){display:none}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{.bar,.key,.mark{print-color-adjust:exact;-webkit-print-color-adjust:exact}details::details-content{content-visibility:visible;block-size:auto}.row{break-inside:avoid}}
`;
