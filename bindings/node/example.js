// example TOKEN DRAFT-ID [BASE-URL]
const { Client, OutcomeUnknown, Unsent } = require('./graph_message.cjs');

async function main(token, id, baseUrl) {
  try {
    const client = new Client({ timeoutMs: 60000, baseUrl });
    const receipt = await client.send({ token, id }); // user: 'megan@contoso.example' for another mailbox
    console.log(`sent, client-request-id ${receipt.clientRequestId}`);
  } catch (error) {
    if (error instanceof Unsent) process.exitCode = 1;
    else if (error instanceof OutcomeUnknown) process.exitCode = 2; // client.check later; do not repeat blindly
    else throw error;
    console.error(error.message);
  }
}

const given = process.argv.slice(2);
if (given.length === 2 || given.length === 3) {
  main(...given);
} else {
  console.error('usage: example TOKEN DRAFT-ID [BASE-URL]');
  process.exitCode = 64;
}
