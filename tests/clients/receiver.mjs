// A receiver for Node: 204 to what it verifies, 401 to the rest. `v1` is verified by the Standard
// Webhooks library, which knows no `v1a`; that is Node's own crypto in fifteen lines.
//
//     node receiver.mjs whsec_… PORT      node receiver.mjs whpk_… PORT
//
// Prints a line for each delivery.

import { createPublicKey, verify } from "node:crypto";
import { createServer } from "node:http";
import { Webhook } from "standardwebhooks";

const TOLERANCE = 5 * 60; // seconds
const ED25519 = Buffer.from("302a300506032b6570032100", "hex"); // what DER says before the key

class V1a {
  constructor(key) {
    const der = Buffer.concat([ED25519, Buffer.from(key.replace(/^whpk_/, ""), "base64")]);
    this.key = createPublicKey({ key: der, format: "der", type: "spki" });
  }

  verify(body, headers) {
    const [id, time] = [headers["webhook-id"], headers["webhook-timestamp"]];
    if (!id || !(Math.abs(Date.now() / 1000 - Number(time)) <= TOLERANCE)) {
      throw new Error("no id, or no time of now");
    }
    const signed = Buffer.from(`${id}.${time}.${body}`);
    const made = (headers["webhook-signature"] ?? "").split(" ").map((each) => each.split(","));
    const fits = ([scheme, signature]) =>
      scheme === "v1a" && verify(null, signed, this.key, Buffer.from(signature ?? "", "base64"));
    if (!made.some(fits)) throw new Error("no signature was made with our key");
    return JSON.parse(body);
  }
}

const [key, port] = process.argv.slice(2);
const webhook = key.startsWith("whpk_") ? new V1a(key) : new Webhook(key);

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
