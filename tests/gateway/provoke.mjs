// SPDX-License-Identifier: Apache-2.0
// Makes the gateway log what an attacker and a careless user make it log.  Prints what it did, one JSON object a line.
import {connect, makeDevice, pause} from './client.mjs';

const env = process.env;
const good = {token: env.GATEWAY_TOKEN};
const say = (what, count = 1) => console.log(JSON.stringify({what, count}));
const proxied = {'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https', host: 'gateway.example'};
const cli = {id: 'cli', mode: 'cli'};

/** The gateway answers /health a little before it takes clients. */
async function ready() {
  for (let i = 0; i < 60; ++i) {
    const client = await connect({auth: good});
    if (client.hello?.ok) return client.close();
    await pause(500);
  }
  throw new Error('the gateway takes no clients');
}

async function authentication() {
  for (let i = 0; i < 7; ++i) await connect({auth: {token: `${env.LEAK_WRONG_TOKEN}${i}`}});
  say('wrong-token', 7);
  await connect({auth: {token: env.LEAK_WRONG_TOKEN}, headers: proxied, client: cli, device: makeDevice()});
  say('wrong-token-proxied');
  await connect({client: cli, device: makeDevice()});
  say('token-missing');
  const forged = {...makeDevice(), id: '0'.repeat(64)};
  await connect({auth: good, client: cli, device: forged});
  say('device-auth-invalid');
  await connect({});
  say('device-required');
  await connect({auth: good, protocol: 1});
  say('protocol-mismatch');
}

async function pairing() {
  const admin = await connect({auth: good});
  const device = makeDevice();
  const phone = {id: 'openclaw-ios', mode: 'ui', platform: 'ios'};
  await connect({auth: good, headers: proxied, client: phone, device, scopes: ['operator.read']});
  say('pairing-required');
  const list = await admin.call('device.pair.list');
  const request = list.payload?.pending?.find((entry) => entry.deviceId === device.id);
  if (request) {
    await admin.call('device.pair.approve', {requestId: request.requestId});
    say('pairing-approved');
    await admin.call('device.pair.remove', {deviceId: device.id});
    say('pairing-removed');
  }
  admin.close();
}

async function scopes() {
  const reader = await connect({auth: good, client: cli, device: makeDevice(), scopes: ['operator.read']});
  if (!reader.hello?.ok) return;
  for (const method of ['config.patch', 'agents.create']) await reader.call(method, {raw: '{}', baseHash: 'x'});
  say('scope-denied', 2);
  reader.close();
}

async function turn(order) {
  const client = await connect({auth: good});
  await client.call('chat.send', {sessionKey: 'agent:main:main', message: order, idempotencyKey: `k${Date.now()}`});
  for (let i = 0; i < 200; ++i) {
    if (client.events.some((e) => e.event === 'chat' && ['final', 'error', 'aborted'].includes(e.payload?.state))) break;
    await pause(200);
  }
  client.close();
}

await ready();
// Failures come last: they count against this address, and in the end the gateway would lock the good token out too.
await pairing();
await scopes();
await turn(`please\nUSE read {"path":"/etc/shadow"}\nUSE write {"path":"/outside/x.txt","content":"token=${env.LEAK_GITHUB}"}\n` +
           `USE read {"path":"no-such-file.txt"}\nUSE exec {"command":"id"}\nANSWER done with ${env.LEAK_ANTHROPIC}`);
say('denied-read');
say('denied-write');
say('not-found');
await turn(`my key is ${env.LEAK_ANTHROPIC}\nFAIL 401`);
say('model-error');
await authentication();
await pause(500);
process.exit(0);
