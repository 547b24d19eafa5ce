#!/bin/sh
# Runs real coding agents against a model of our own: `npm run test:agents [-- --install] [-- PATTERN...]`.
# They reach nothing but loopback, as the tests have a network of their own.
set -eu
cd "$(dirname "$0")/../.."
export NTFY_TEST_AGENTS="${NTFY_TEST_AGENTS:-$PWD/node_modules/.cache/ntfy/agents}"
if [ "${1-}" = --install ]; then
  shift
  mkdir -p "$NTFY_TEST_AGENTS"
  # More than a gigabyte; what they would run at installation is not needed.
  npm install --prefix "$NTFY_TEST_AGENTS" --no-save --no-package-lock --ignore-scripts --no-audit --no-fund \
    @anthropic-ai/claude-code-linux-x64@2.1.332 @openai/codex@0.171.0-linux-x64 @google/gemini-cli@0.61.0 \
    @github/copilot-linux-x64@1.0.102
fi
npm run --silent build
[ "$(id -u)" = 0 ] && user='' || user=--map-root-user
# shellcheck disable=SC2086,SC2016
exec unshare --net $user -- sh -c 'ip link set lo up && exec npx vitest run -c test/real-agents/vitest.config.ts "$@"' sh "$@"
