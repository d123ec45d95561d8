/** The pages of clauses: one for each protocol, with the RFCs that stand on it. */

import { documents } from './documents.mjs';
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

export const pages = [
  { path: 'docs/rfc9293.md', introduction: TCP, documents },
  { path: 'docs/rfc768.md', introduction: UDP, documents: udpDocuments },
];
