// Records signatures made by the providers' own libraries, which the tests of src/payment/provider replay.
//
//   mkdir -p /tmp/vectors-node && cd /tmp/vectors-node
//   npm install stripe@23.1.0 @adyen/api-library@32.1.0 standardwebhooks@1.1.1
//   node <repository>/tests/it/provider/vectors/record.mjs
//
// Paystack ships no helper: its documentation has HMAC-SHA512 of the body with Node's crypto, which is what is here.
// The secrets are made up and sign nothing anywhere.

import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(join(process.cwd(), "package.json"));
const Stripe = require("stripe");
const { hmacValidator: HmacValidator } = require("@adyen/api-library");
const { Webhook } = require("standardwebhooks");

const here = dirname(fileURLToPath(import.meta.url));
const AT = 1772445600; // 2026-03-02T10:00:00Z
const write = (name, vectors) => writeFileSync(join(here, `${name}.json`), JSON.stringify(vectors, null, 2) + "\n");

const stripeSecrets = ["whsec_5pQmYxLr8vKc2NtWfJz7HbDs4GaEu9Xo", "whsec_N3wSecretOfTheRotation0123456789"];
const intent = (more) => JSON.stringify({
  id: "evt_3Waybill0001", object: "event", api_version: "2025-06-30.basil", created: AT,
  type: "payment_intent.succeeded",
  data: { object: { id: "pi_3Waybill0001", object: "payment_intent", amount: 12500, amount_received: 12500,
    currency: "usd", payment_method_types: ["card"], metadata: { sale_order_id: "sale_01h455vb4pex5vsknk084sn02q" },
    ...more } },
}, null, 2);
const stripe = new (Stripe.default ?? Stripe)("sk_test_unused");
const stripeHeader = (payload, secret) =>
  stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: AT });
const plainIntent = intent({});
const foreign = intent({ description: "Übung \u00a0 Käse 東京 🧀" });
const old = stripeHeader(plainIntent, stripeSecrets[0]);
const rotated = `${old},${stripeHeader(plainIntent, stripeSecrets[1]).split(",")[1]}`;
write("stripe", [
  { name: "one secret", secret: stripeSecrets[0], at: AT, body: plainIntent, headers: { "Stripe-Signature": old } },
  { name: "beyond ASCII", secret: stripeSecrets[0], at: AT, body: foreign,
    headers: { "Stripe-Signature": stripeHeader(foreign, stripeSecrets[0]) } },
  { name: "two signatures, the new secret", secret: stripeSecrets[1], at: AT, body: plainIntent,
    headers: { "Stripe-Signature": rotated } },
  { name: "a signature of another scheme beside it", secret: stripeSecrets[0], at: AT, body: plainIntent,
    headers: { "Stripe-Signature": `${old},v0=${"0".repeat(64)}` } },
]);

const standardSecret = (key) => `whsec_${Buffer.from(key).toString("base64")}`;
const standardSecrets = [standardSecret("a vector's signing secret"), standardSecret("k".repeat(32))];
const captured = (sale) => JSON.stringify({
  type: "payment.captured", timestamp: "2026-03-02T10:00:00Z",
  data: { saleOrderId: sale, reference: "tx-1001", method: "CARD", amount: { amount: "12.50", currency: "USD" } },
});
const standardHeaders = (id, body, ...secrets) => ({
  "webhook-id": id,
  "webhook-timestamp": String(AT),
  "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, new Date(AT * 1000), body)).join(" "),
});
const standardBody = captured("sale_01h455vb4pex5vsknk084sn02q");
const standardForeign = captured("Bestellung Ü 東京 🧀");
write("standard", [
  { name: "one secret", secret: standardSecrets[0], at: AT, body: standardBody,
    headers: standardHeaders("msg_1", standardBody, standardSecrets[0]) },
  { name: "beyond ASCII", secret: standardSecrets[1], at: AT, body: standardForeign,
    headers: standardHeaders("msg_2", standardForeign, standardSecrets[1]) },
  { name: "two signatures, the new secret", secret: standardSecrets[1], at: AT, body: standardBody,
    headers: standardHeaders("msg_3", standardBody, ...standardSecrets) },
]);

const plainBody = JSON.stringify({ saleOrderId: "sale_01h455vb4pex5vsknk084sn02q", amount: "12.50", currency: "USD",
  method: "CARD", status: "CONFIRMED", reference: "tx-1001" });
const rawSecret = "a shared secret of an integration";
write("plain", [
  { name: "signed with the shared secret as it is", secret: rawSecret, at: AT, body: plainBody, headers: {
    "webhook-id": "msg_plain", "webhook-timestamp": String(AT),
    "webhook-signature": new Webhook(rawSecret, { format: "raw" }).sign("msg_plain", new Date(AT * 1000), plainBody),
  } },
  { name: "signed with a secret in base64", secret: standardSecrets[0], at: AT, body: plainBody,
    headers: standardHeaders("msg_plain_2", plainBody, standardSecrets[0]) },
]);

const paystackSecret = "sk_test_0123456789abcdef0123456789abcdef01234567";
const paystackBody = (name) => JSON.stringify({ event: "charge.success", data: { id: 4099260516, domain: "live",
  status: "success", reference: "wb-1001", amount: 1250000, channel: "card", currency: "NGN",
  metadata: { sale_order_id: "sale_01h455vb4pex5vsknk084sn02q" }, customer: { first_name: name } } });
const paystackSignature = (body) => createHmac("sha512", paystackSecret).update(body).digest("hex");
write("paystack", ["Ada", "Adé 東京 🧀"].map((name) => ({ name: `a buyer called ${name}`, secret: paystackSecret, at: AT,
  body: paystackBody(name), headers: { "x-paystack-signature": paystackSignature(paystackBody(name)) } })));

const adyenKey = "0CF34CE7DC00F288D219BFD2586C72B96A4B464851B7D16D6F0352C39DC814E9";
const adyenItem = (more) => {
  const item = { additionalData: {}, amount: { value: 1130, currency: "EUR" }, pspReference: "WBPAY00000000001",
    eventCode: "AUTHORISATION", eventDate: "2026-03-02T10:00:00+01:00", merchantAccountCode: "WaybillTest",
    merchantReference: "sale_01h455vb4pex5vsknk084sn02q", paymentMethod: "visa", success: "true",
    operations: ["CANCEL", "CAPTURE", "REFUND"], ...more };
  item.additionalData = { ...item.additionalData, hmacSignature: new HmacValidator().calculateHmac(item, adyenKey) };
  return { NotificationRequestItem: item };
};
const adyenBody = (...items) => JSON.stringify({ live: "false", notificationItems: items });
const capture = { eventCode: "CAPTURE", pspReference: "WBCAP00000000002", originalReference: "WBPAY00000000001" };
write("adyen", [
  { name: "an authorisation", body: adyenBody(adyenItem({})) },
  { name: "two items", body: adyenBody(adyenItem({}), adyenItem(capture)) },
  { name: "a reference with colons and a backslash", body: adyenBody(adyenItem({ merchantReference: "a:b\\c:d" })) },
  { name: "no original reference and no success", body: adyenBody(adyenItem({ success: "false" })) },
].map((vector) => ({ secret: adyenKey, at: AT, headers: {}, ...vector })));
