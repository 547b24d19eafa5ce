import { below } from './places.ts'
import { type Installer, ownFile } from './settings.ts'

const folder = () => below('XDG_CONFIG_HOME', '.config', 'amp')

export const amp: Installer = {
  agent: 'amp',
  programs: ['amp'],
  folder,
  files: () => [ownFile(`${folder()}/plugins/ntfy.ts`, plugin)],
}

/** What a handler returns may begin a turn: these return nothing. */
const plugin = (launcher: string) => `// Made by \`ntfy agents --install\`; \`ntfy agents --uninstall\` removes it.
// @ts-nocheck
import { spawn } from "node:child_process"

const ntfy = ${JSON.stringify(launcher)}
const numbers = new Map()

function send(type, { thread, message, status, messages, error } = {}) {
  try {
    const number = (numbers.get(thread?.id) ?? 0) + 1
    numbers.set(thread?.id, number)
    const last = Array.isArray(messages) ? messages.slice(-1) : undefined
    const event = {
      ...{ type, thread: { id: thread?.id }, message, status, messages: last, error },
      ...{ directory: process.cwd(), ntfy: { time: Date.now(), number } },
    }
    const child = spawn(ntfy, ["hook", "amp"], { detached: true, stdio: ["pipe", "ignore", "ignore"] })
    child.on("error", () => {})
    child.stdin.on("error", () => {})
    child.stdin.end(JSON.stringify(event))
    child.unref()
  } catch {}
}

export default function (amp) {
  amp.on("agent.start", (event) => {
    send("agent.start", event)
  })
  amp.on("agent.end", (event) => {
    send("agent.end", event)
  })
}
`
