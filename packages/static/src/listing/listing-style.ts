/**
 * The style sheet of a listing: no external resource, light and dark by the reader's preference,
 * two columns on a phone.
 */

export const LISTING_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #f6f5f1; --card: #fffefb; --ink: #1c2230; --soft: #5d6577; --line: #dfdcd2;
  --accent: #0b6e63; --wash: #eef5f1;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #11151d; --card: #181e29; --ink: #e8eaf0; --soft: #9aa4b8; --line: #2a3242;
    --accent: #45c7b3; --wash: #1b2833;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
}
main { max-width: 60rem; margin: 0 auto; padding: 3rem 1.5rem; }
h1 { font-size: 1.45rem; font-weight: 650; letter-spacing: -.01em; margin: 0 0 1.3rem; overflow-wrap: anywhere; }
h1 small { font-size: inherit; font-weight: 400; color: var(--soft); }
h1 i { font-style: normal; font-weight: 400; color: var(--soft); padding: 0 .3rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; text-underline-offset: .2em; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: .2rem; }
table { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--card);
  border: 1px solid var(--line); border-radius: .8rem; overflow: hidden; }
th { font-weight: 500; font-size: .82rem; color: var(--soft); text-align: left; }
th, td { padding: .5rem 1.1rem; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; padding-top: .65rem; }
tbody tr:hover { background: var(--wash); }
.name { width: 100%; overflow-wrap: anywhere; }
.name svg { width: 1.05rem; height: 1.05rem; vertical-align: -.16rem; margin-right: .6rem; color: var(--soft); }
.folder .name svg { color: var(--accent); }
.folder a { font-weight: 600; }
.size, .time { white-space: nowrap; color: var(--soft); font-variant-numeric: tabular-nums; }
.size { text-align: right; }
footer { color: var(--soft); font-size: .88rem; margin-top: 1rem; }
@media (max-width: 40rem) {
  main { padding: 1.6rem 1rem; }
  th, td { padding: .5rem .8rem; }
  .time { display: none; }
}
`;
