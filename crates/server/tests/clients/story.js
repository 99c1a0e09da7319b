// The story with the packages `twilio` and `twilio-taskrouter` of npm, which nobody here wrote: a worker who hears over
// its socket that it is asked, accepts, wraps up and completes. Arguments: the server's URL, account, token.
const assert = require("node:assert");
const twilio = require("twilio");
const { Worker } = require("twilio-taskrouter");

const [url, account, secret] = process.argv.slice(2);
const key = "SK" + "0".repeat(32);
const client = twilio(account, secret);
client.taskrouter.baseUrl = url;

function token(workspace, worker) {
  const { AccessToken } = twilio.jwt;
  const grant = new AccessToken.TaskRouterGrant({ workspaceSid: workspace, workerSid: worker, role: "worker" });
  const made = new AccessToken(account, key, secret, { identity: "alice", ttl: 600 });
  made.addGrant(grant);
  return made.toJwt();
}

const heard = (emitter, event) =>
  new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`${event} was not heard`)), 10000).unref();
    emitter.once(event, resolve);
  });

async function main() {
  const created = await client.taskrouter.v1.workspaces.create({ friendlyName: "Node", template: "FIFO" });
  const workspace = client.taskrouter.v1.workspaces(created.sid);
  const [workflow] = await workspace.workflows.list();
  assert.strictEqual(workflow.friendlyName, "Default Fifo Workflow");
  const activities = await workspace.activities.list();
  const available = activities.find((it) => it.available);
  const alice = await workspace.workers.create({ friendlyName: "alice", attributes: JSON.stringify({ level: 3 }) });

  const options = { ebServer: `${url}/v1/wschannels`, wsServer: `${url.replace("http", "ws")}/v1/wschannels` };
  const worker = new Worker(token(created.sid, alice.sid), options);
  await heard(worker, "ready");
  assert.strictEqual(worker.sid, alice.sid);
  assert.strictEqual(worker.activity.name, "Offline");
  assert.strictEqual(worker.activities.size, 3);
  assert.strictEqual(worker.channels.size, 5);
  assert.strictEqual(worker.attributes.level, 3);

  const moved = heard(worker, "activityUpdated");
  await worker.activities.get(available.sid).setAsCurrent();
  assert.strictEqual((await moved).activity.name, "Available");

  const asked = heard(worker, "reservationCreated");
  await workspace.tasks.create({ attributes: JSON.stringify({ from: "+15550100" }), workflowSid: workflow.sid });
  const reservation = await asked;
  assert.strictEqual(reservation.task.attributes.from, "+15550100");
  assert.strictEqual(reservation.task.queueName, "Sample Queue");

  const accepted = heard(reservation, "accepted");
  await reservation.accept();
  await accepted;
  const wrapping = heard(reservation, "wrapup");
  await reservation.wrap();
  await wrapping;
  const completed = heard(reservation, "completed");
  await reservation.complete();
  await completed;
  const [task] = await workspace.tasks.list();
  assert.strictEqual(task.assignmentStatus, "completed");

  const refused = heard(worker, "reservationCreated");
  await workspace.tasks.create({ attributes: "{}", workflowSid: workflow.sid });
  const second = await refused;
  const rejected = heard(second, "rejected");
  await second.reject({ activitySid: activities.find((it) => it.friendlyName === "Offline").sid });
  await rejected;
  assert.strictEqual((await workspace.workers(alice.sid).fetch()).activityName, "Offline");

  worker.disconnect();
  assert.strictEqual(await workspace.remove(), true);
  console.log("the story holds");
  process.exit(0);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
