/** The report's style sheet: system fonts, light and dark, and paper. */

export const style = `
:root{color-scheme:light dark;--ink:#1c2024;--soft:#5b6470;--paper:#fff;--line:#d9dee4;--panel:#f5f7f9;--good:#146c43;--fair:#8a5a00;--bad:#b02a37;--allowed:#3b6ea8;--denied:#c4473a;--heat:59,110,168}
@media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#9aa4b0;--paper:#14171a;--line:#343a41;--panel:#1c2126;--good:#5fc492;--fair:#e0b054;--bad:#f1818b;--allowed:#6fa3dd;--denied:#e8796c;--heat:111,163,221}}
*{box-sizing:border-box}body{margin:0 auto;max-width:72rem;padding:1.5rem;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper)}
h1{margin:0;font-size:1.7rem}h2{margin:0 0 .4rem;font-size:1.2rem}h3{margin:.8rem 0 .3rem;font-size:1rem}header p,.more,.none{color:var(--soft)}
section{margin:1.4rem 0;padding-top:1rem;border-top:1px solid var(--line)}.banner{padding:1rem 1.2rem;border:1px solid var(--line);border-left:.5rem solid var(--fair);background:var(--panel);border-radius:.4rem}
.banner.good{border-left-color:var(--good)}.banner.bad{border-left-color:var(--bad)}.banner.good h2{color:var(--good)}.banner.fair h2{color:var(--fair)}.banner.bad h2{color:var(--bad)}
li.damage b{color:var(--bad)}li.finding b{color:var(--fair)}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.88rem}th,td{padding:.3rem .5rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
th{font-weight:600}td.n{text-align:right;font-variant-numeric:tabular-nums}code{font:.85em ui-monospace,monospace;overflow-wrap:anywhere}.call{color:var(--soft)}.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1.5rem}
td.heat{text-align:right;font-variant-numeric:tabular-nums}.h1{background:rgba(var(--heat),.1)}.h2{background:rgba(var(--heat),.22)}.h3{background:rgba(var(--heat),.36)}.h4{background:rgba(var(--heat),.52)}.h5{background:rgba(var(--heat),.7)}
td.new{outline:2px solid var(--denied);outline-offset:-2px}svg{width:100%;height:auto}rect.allowed{fill:var(--allowed)}rect.denied{fill:var(--denied)}.tick line{stroke:var(--line)}svg text{fill:var(--soft);font-size:11px}
.legend span{padding:0 .4rem;color:var(--paper);border-radius:.2rem}.legend .allowed{background:var(--allowed)}.legend .denied{background:var(--denied)}meter{width:8rem}
@media print{body{max-width:none;padding:0;font-size:11px}section{break-inside:avoid-page}details{display:block}.wide{overflow:visible}}
`;
