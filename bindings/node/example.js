// send TOKEN DRAFT-ID [BASE-URL]
const { Client, OutcomeUnknown, Unsent } = require('./graph_message.cjs');

async function main(token, id, baseUrl) {
  try {
    const client = new Client({ timeoutMs: 60000, baseUrl });
    const receipt = await client.send({ token, id }); // user: 'megan@contoso.example' for another mailbox
    console.log(`sent, client-request-id ${receipt.clientRequestId}`);
  } catch (error) {
    if (error instanceof OutcomeUnknown) {
      console.error(`perhaps sent, call client.check later: ${error.message}`);
      process.exitCode = 2;
    } else if (error instanceof Unsent) {
      console.error(`not sent, ${error.statusName}: ${error.message}`);
      process.exitCode = 1;
    } else {
      throw error;
    }
  }
}

main(...process.argv.slice(2));
