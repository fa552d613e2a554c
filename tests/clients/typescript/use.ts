// The generated TypeScript client, used: a household, a contract, a question, a feed.
// Run by `make test-clients` where `jinqiao.d.ts` was generated.

import { readFileSync } from "node:fs";
import createClient from "openapi-fetch";
import type { components, paths } from "./jinqiao.d.ts";

type Problem = components["schemas"]["Problem"];
type Rows = {
  household: components["schemas"]["HouseholdIn"];
  contract: components["schemas"]["ContractIn"];
  question: components["schemas"]["EligibilityIn"];
};

const [folder, rowsFile] = process.argv.slice(2) as [string, string];
const rows = JSON.parse(readFileSync(rowsFile, "utf8")) as Rows;

function expected<T>(answer: { data?: T; error?: unknown }): T {
  if (answer.data === undefined) throw new Error((answer.error as Problem).detail);
  return answer.data;
}

async function signedIn(name: string) {
  const { address, client_id, client_secret } = JSON.parse(
    readFileSync(`${folder}/${name}.json`, "utf8"),
  ) as Record<"address" | "client_id" | "client_secret", string>;
  const anyone = createClient<paths>({ baseUrl: address });
  const token = expected(
    await anyone.POST("/oauth2/token", {
      body: { grant_type: "client_credentials", client_id, client_secret },
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      bodySerializer: (body) => new URLSearchParams(body as Record<string, string>),
    }),
  );
  const headers = { Authorization: `Bearer ${token.access_token}` };
  return createClient<paths>({ baseUrl: address, headers });
}

const office = await signedIn("office");
const bank = await signedIn("bank");

const pushed = await office.POST("/v1/registry/households", { body: rows.household });
console.log("household", expected(pushed).outcome);

// The answer as soon as loans has heard of this write: 503 says not yet.
async function asked(after_event: string) {
  const header = { "Idempotency-Key": crypto.randomUUID() };
  const wanted = { params: { query: { after_event }, header }, body: rows.question };
  for (let times = 1; ; times++) {
    const answer = await bank.POST("/v1/loans/eligibility-checks", wanted);
    if (answer.response.status !== 503 || times === 10) return expected(answer);
  }
}
const told = await asked(pushed.response.headers.get("Event-Id") ?? "");
console.log("eligibility", told.verdict, told.conditions.length, "conditions");

const contract = expected(await bank.POST("/v1/loans/contracts", { body: rows.contract }));
console.log("contract", contract.outcome);

const query = { contract_no: rows.contract.contract_no };
const listed = expected(await bank.GET("/v1/loans/contracts", { params: { query } }));
if (listed.items.length !== 1) throw new Error("the contract is not read back");

const feed = await office.GET("/v1/registry/feed", { params: { query: { after: 0 } } });
if (feed.response.status !== 200) throw new Error((feed.error as Problem).detail);
console.log("feed read");
