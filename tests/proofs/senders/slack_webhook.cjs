// Posts by npm's @slack/webhook, and prints the text of the answer: node slack_webhook.cjs URL.
const { IncomingWebhook } = require("@slack/webhook");

const blocks = [
  { type: "header", text: { type: "plain_text", text: "Deploy 18" } },
  { type: "section", text: { type: "mrkdwn", text: "*done* <https://x.example|log>" } },
];
new IncomingWebhook(process.argv[2])
  .send({ text: "for a phone", blocks })
  .then(({ text }) => console.log(text));
