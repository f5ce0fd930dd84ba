// SPDX-License-Identifier: Apache-2.0
// A stand-in for a model provider (OpenAI chat completions, streaming or not) on 127.0.0.1:$MODEL_PORT.
// It does what the newest user message says: each line "USE <tool> <json>" becomes one tool call, in order, then the
// line "ANSWER <text>" is the reply.  "FAIL <status>" answers with that HTTP status and an error that quotes a key.
import http from 'node:http';

const textOf = (content) =>
  typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n');

function planOf(messages) {
  const isOrder = (m) => m.role === 'user' && /^(USE|ANSWER|FAIL) /m.test(textOf(m.content));
  const at = messages.findLastIndex(isOrder);
  const order = at < 0 ? '' : textOf(messages[at].content);
  const calls = [...order.matchAll(/^USE (\S+) (\{.*\})\s*$/gm)].map(([, name, args]) => ({name, args}));
  const done = messages.slice(at + 1).filter((m) => m.role === 'tool').length;
  return {
    call: calls[done],
    index: done,
    answer: order.match(/^ANSWER (.*)$/m)?.[1] ?? 'ok',
    fail: Number(order.match(/^FAIL (\d+)/m)?.[1] ?? 0),
  };
}

function reply(request, response, body) {
  const send = (status, object) => {
    response.writeHead(status, {'content-type': 'application/json'});
    response.end(JSON.stringify(object));
  };
  if (request.method === 'GET') return send(200, {object: 'list', data: [{id: 'standin-1', object: 'model'}]});
  const asked = JSON.parse(body);
  const plan = planOf(asked.messages ?? []);
  if (plan.fail) {
    return send(plan.fail, {error: {message: `refused, key ${process.env.PROVIDER_KEY}`, code: 'stand_in'}});
  }
  const message = plan.call
    ? {tool_calls: [{index: 0, id: `call_standin_${Date.now()}_${plan.index}`, type: 'function',
                     function: {name: plan.call.name, arguments: plan.call.args}}]}
    : {content: plan.answer};
  const finish = plan.call ? 'tool_calls' : 'stop';
  const usage = {prompt_tokens: 100, completion_tokens: 10, total_tokens: 110};
  const base = {id: `chatcmpl-${Date.now()}`, created: Math.floor(Date.now() / 1000), model: 'standin-1'};
  if (!asked.stream) {
    return send(200, {...base, object: 'chat.completion', usage,
                      choices: [{index: 0, message: {role: 'assistant', content: null, ...message}, finish_reason: finish}]});
  }
  response.writeHead(200, {'content-type': 'text/event-stream'});
  const chunk = (delta, reason, extra = {}) => response.write(`data: ${JSON.stringify({
    ...base, object: 'chat.completion.chunk', choices: [{index: 0, delta, finish_reason: reason}], ...extra})}\n\n`);
  chunk({role: 'assistant'}, null);
  chunk(message, null);
  chunk({}, finish, {usage});
  response.end('data: [DONE]\n\n');
}

http.createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => { body += piece; });
  request.on('end', () => {
    try {
      reply(request, response, body);
    } catch (error) {
      response.writeHead(400);
      response.end(String(error));
    }
  });
}).listen(Number(process.env.MODEL_PORT), '127.0.0.1');
