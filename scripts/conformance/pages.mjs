/** The pages of clauses: one for each protocol, with the RFCs that stand on it. */

import { documents } from './documents.mjs';
import { httpOutlines } from './http-outlines.mjs';
import { udpDocuments } from './udp.mjs';

const TCP = `# TCP, clause by clause

<!-- Written by \`npm run conformance -- --update\` from scripts/conformance and the titles of tests. -->

What the RFCs of TCP ask for, in our words: where it is done, and which tests fail when it is not.
_Not done_ comes with its reason, and so does what no test here can prove. Sources are of
\`packages/tcp/src\` unless their path says otherwise; tests are of \`packages/tcp/test\`, too.

The tests of a clause name it in their titles, as in \`[RFC 9293 MUST-13]\`, so that
\`npx vitest run -t 'RFC 9293 [^\\]]*MUST-13\\b'\` runs them. The clauses are in \`scripts/conformance\`.
`;

const UDP = `# UDP, clause by clause

<!-- Written by \`npm run conformance -- --update\` from scripts/conformance and the titles of tests. -->

What the RFCs of UDP ask for, in our words: where it is done, and which tests fail when it is not.
_Not done_ comes with its reason. The tests of a clause name it in their titles, as in
\`[RFC 768 length]\`.
`;

const HTTP = `# HTTP and what stands on it, section by section

<!-- Written by \`npm run conformance -- --update\` from scripts/conformance and the titles of tests. -->

Which tests name which section of the RFCs, as in \`[RFC 9112 6.3]\`; how many of a file stands behind
it. What is not done of a section stands in the README of its package.
`;

/** Pages of RFCs that are looked at section by section. */
export const outlinePages = [{ path: 'docs/http.md', introduction: HTTP, outlines: httpOutlines }];

export const pages = [
  { path: 'docs/rfc9293.md', introduction: TCP, documents },
  { path: 'docs/rfc768.md', introduction: UDP, documents: udpDocuments },
];
