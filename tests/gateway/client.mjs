// SPDX-License-Identifier: Apache-2.0
// A client of the gateway's WebSocket protocol, version 4, as far as the provocations need it.
import crypto from 'node:crypto';

const address = `ws://127.0.0.1:${process.env.GATEWAY_PORT}`;
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A device identity: Ed25519 key, its id is the hex SHA-256 of the raw public key. */
export function makeDevice() {
  const {publicKey, privateKey} = crypto.generateKeyPairSync('ed25519');
  const raw = publicKey.export({type: 'spki', format: 'der'}).subarray(-32);
  return {privateKey, publicKey: raw.toString('base64url'), id: crypto.createHash('sha256').update(raw).digest('hex')};
}

function signed(device, client, role, scopes, token, challenge) {
  const text = ['v3', device.id, client.id, client.mode, role, scopes.join(','), String(challenge.ts), token ?? '',
                challenge.nonce, client.platform, ''].join('|');
  return {id: device.id, publicKey: device.publicKey, signedAt: challenge.ts, nonce: challenge.nonce,
          signature: crypto.sign(null, Buffer.from(text), device.privateKey).toString('base64url')};
}

/** Connects and resolves to {hello, call, events, close} or {closed: {code, reason}}. */
export function connect({auth, headers, device, protocol = 4, client = {}, role = 'operator', caps = [],
                         scopes = ['operator.read', 'operator.write', 'operator.admin', 'operator.pairing']} = {}) {
  return new Promise((resolve) => {
    const socket = new WebSocket(address, headers ? {headers} : undefined);
    const waiting = new Map();
    const events = [];
    let number = 0;
    const call = (method, params = {}) => new Promise((done) => {
      if (socket.readyState !== WebSocket.OPEN) return done({ok: false, error: {message: 'closed'}});
      const id = `c${++number}`;
      waiting.set(id, done);
      socket.send(JSON.stringify({type: 'req', id, method, params}));
    });
    const me = {id: 'gateway-client', version: '2026.9.6', platform: 'linux', mode: 'backend', ...client};
    socket.onmessage = async ({data}) => {
      const frame = JSON.parse(data);
      if (frame.type === 'res') {
        waiting.get(frame.id)?.(frame);
        return;
      }
      events.push(frame);
      if (frame.event !== 'connect.challenge') return;
      const params = {minProtocol: protocol, maxProtocol: protocol, client: me, role, scopes, caps, commands: [],
                      permissions: {}, locale: 'en-US', userAgent: 'clawtrail-test/1'};
      if (auth) params.auth = auth;
      if (device) params.device = signed(device, me, role, scopes, auth?.token, frame.payload);
      resolve({hello: await call('connect', params), call, events, close: () => socket.close()});
    };
    socket.onclose = ({code, reason}) => {
      for (const done of waiting.values()) done({ok: false, error: {code, message: reason}});
      resolve({closed: {code, reason}});
    };
    socket.onerror = () => {};
    setTimeout(() => resolve({closed: {code: 0, reason: 'no answer'}}), 8000);
  });
}
