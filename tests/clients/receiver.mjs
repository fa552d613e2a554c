// A receiver with the Standard Webhooks library for Node: 204 to what it verifies, 401 to the rest.
// node receiver.mjs whsec_… PORT; prints a line for each delivery.

import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const [key, port] = process.argv.slice(2);
const webhook = new Webhook(key);

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    try {
      const said = webhook.verify(Buffer.concat(parts).toString(), request.headers);
      console.log(JSON.stringify(said));
      response.writeHead(204).end();
    } catch (failure) {
      console.log(JSON.stringify({ refused: failure.message }));
      response.writeHead(401).end();
    }
  });
});

server.listen(Number(port), "127.0.0.1", () => console.log("listening"));
