/**
 * The style sheet of the landing page: no external resource, light and dark by the reader's
 * preference, one column on a phone.
 */

export const LANDING_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f5f1; --card: #fffefb; --ink: #1c2230; --soft: #5d6577; --line: #dfdcd2;
  --accent: #0b6e63; --accent-ink: #fff; --wash: #e2f1ec; --code: #efede6; --theirs: #eceae3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #11151d; --card: #181e29; --ink: #e8eaf0; --soft: #9aa4b8; --line: #2a3242;
    --accent: #45c7b3; --accent-ink: #08211d; --wash: #16302f; --code: #0d1118; --theirs: #1d2330;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif;
}
code, pre, .mono { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; }
main { max-width: 68rem; margin: 0 auto; padding: 4rem 1.5rem 3rem; }
h1 { font-size: clamp(2.1rem, 5vw, 3.2rem); line-height: 1.1; letter-spacing: -.025em; margin: .6rem 0 1rem; text-wrap: balance; }
h2 { font-size: 1.2rem; letter-spacing: -.01em; margin: 0 0 1rem; }
a { color: var(--accent); text-underline-offset: .2em; }
a:focus-visible, button:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.name { font-weight: 650; color: var(--accent); letter-spacing: .01em; }
.lead { font-size: 1.1rem; color: var(--soft); max-width: 46rem; margin: 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(13rem, 1fr)); gap: 1px; margin: 2.2rem 0 2.8rem;
  background: var(--line); border: 1px solid var(--line); border-radius: .8rem; overflow: hidden; }
.facts div { background: var(--card); padding: .85rem 1.1rem; min-width: 0; }
dt { color: var(--soft); font-size: .82rem; }
dd { margin: .1rem 0 0; font-weight: 550; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: minmax(17rem, 21rem) minmax(0, 1fr); gap: 2.8rem; align-items: start; }
.layers { list-style: none; margin: 0; padding: 0; }
.layers li { position: relative; background: var(--card); border: 1px solid var(--line); padding: .62rem .95rem; margin-top: -1px; }
.layers li:first-child { border-radius: .8rem .8rem 0 0; }
.layers li:last-child { border-radius: 0 0 .8rem .8rem; }
.layers b { display: block; font-weight: 600; }
.layers span { color: var(--soft); font-size: .86rem; }
.layers .ours { border-left: 4px solid var(--accent); }
.layers .theirs { background: var(--theirs); border-left: 4px solid var(--line); }
.note { color: var(--soft); font-size: .86rem; margin: .8rem 0 0; }
.key { display: inline-block; width: .7rem; height: .7rem; border-radius: .2rem; margin-right: .35rem; background: var(--accent); }
.key.other { background: var(--line); margin-left: 1rem; }
.routes { display: grid; gap: .8rem; }
.route { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: .95rem 1.1rem; min-width: 0; }
.route header { display: flex; align-items: baseline; gap: .7rem; }
.method { font-size: .75rem; font-weight: 650; background: var(--wash); color: var(--accent); border-radius: .35rem; padding: .12rem .45rem; }
.route header a { font-weight: 600; font-size: 1.02rem; }
.route p { margin: .3rem 0 .65rem; color: var(--soft); font-size: .93rem; }
.line { display: flex; gap: .6rem; align-items: flex-start; }
pre { margin: 0; background: var(--code); border-radius: .5rem; padding: .5rem .75rem; font-size: .82rem; overflow-x: auto; flex: 1; min-width: 0; }
button { font: inherit; font-size: .85rem; font-weight: 600; border: 0; border-radius: .5rem; padding: .46rem .85rem; background: var(--accent);
  color: var(--accent-ink); cursor: pointer; }
button:hover { filter: brightness(1.08); }
button:disabled { opacity: .6; cursor: default; }
output { display: block; }
output:not(:empty) { margin-top: .6rem; }
output pre { max-height: 15rem; overflow: auto; border-left: 3px solid var(--accent); white-space: pre-wrap; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: .9rem; margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1.2rem; }
@media (max-width: 52rem) {
  main { padding: 2.2rem 1.1rem 2rem; }
  .columns { grid-template-columns: minmax(0, 1fr); gap: 2.2rem; }
  .line pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .facts { grid-template-columns: repeat(2, minmax(0, 1fr)); margin: 1.6rem 0 2rem; }
}
@media (max-width: 30rem) {
  .facts div { padding: .7rem .8rem; }
  dd { font-size: .92rem; }
  .line { flex-direction: column; align-items: stretch; }
  .line pre { font-size: .78rem; }
}
`;
