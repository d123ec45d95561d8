/**
 * What the buttons of the page at `/` do: they ask for a route in the way that it is asked for, and show
 * what has come.
 */

/** Runs in the browser. */
export const LANDING_SCRIPT = `
const ask = {
  async fetch(path, body) {
    const start = performance.now();
    const response = await fetch(path, body === undefined ? {} : { method: 'POST', body });
    let text = await response.text();
    const ms = (performance.now() - start).toFixed(1);
    try { text = JSON.stringify(JSON.parse(text), null, 2); } catch {}
    return 'HTTP ' + response.status + ' ' + response.statusText + ', ' + ms + ' ms\\n\\n' + text;
  },
  events(path) {
    return new Promise((resolve, reject) => {
      const start = performance.now();
      const source = new EventSource(path);
      const lines = [];
      source.onmessage = ({ data }) => {
        lines.push((performance.now() - start).toFixed(0) + ' ms: ' + data);
        if (lines.length < 3) return;
        source.close();
        resolve(lines.join('\\n'));
      };
      source.onerror = () => {
        source.close();
        reject(new Error('the stream has ended'));
      };
    });
  },
  websocket(path, body) {
    return new Promise((resolve, reject) => {
      const url = new URL(path, location.href);
      url.protocol = url.protocol.replace('http', 'ws');
      const socket = new WebSocket(url);
      let start;
      socket.onopen = () => {
        start = performance.now();
        socket.send(body);
      };
      socket.onmessage = ({ data }) => {
        resolve(data + ', back after ' + (performance.now() - start).toFixed(1) + ' ms');
        socket.close();
      };
      socket.onerror = () => reject(new Error('the connection failed'));
    });
  },
};
for (const button of document.querySelectorAll('button[data-path]')) {
  const output = button.closest('.route').querySelector('output');
  button.addEventListener('click', async () => {
    button.disabled = true;
    const pre = document.createElement('pre');
    const { speaks, path, body } = button.dataset;
    try {
      pre.textContent = await ask[speaks](path, body);
    } catch (error) {
      pre.textContent = 'No answer: ' + error.message;
    }
    output.replaceChildren(pre);
    button.disabled = false;
  });
}
`;
