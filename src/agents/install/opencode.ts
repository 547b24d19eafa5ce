import { below } from './places.ts'
import { type Installer, ownFile } from './settings.ts'

const folder = () => below('XDG_CONFIG_HOME', '.config', 'opencode')

export const opencode: Installer = {
  agent: 'opencode',
  programs: ['opencode'],
  folder,
  files: () => [ownFile(`${folder()}/plugins/ntfy.js`, plugin)],
}

/** Runs in the agent's own process, which must neither wait for us nor hear of our troubles. */
const plugin = (launcher: string) => `// Made by \`ntfy agents --install\`; \`ntfy agents --uninstall\` removes it.
import { spawn } from "node:child_process"

const ntfy = ${JSON.stringify(launcher)}
const wanted =
  /^(session\\.(status|idle|error|deleted)|(permission|question)\\.(v2\\.)?(asked|updated|replied|rejected))$/
const children = new Set()
const numbers = new Map()
const users = new Set()
const texts = new Map()

function note({ type, properties = {} }) {
  const { info, part } = properties
  if (info?.parentID && info.id) children.add(info.id)
  if (type === "message.updated" && info?.role === "user") users.add(info.id)
  if (type !== "message.part.updated" || part?.type !== "text") return
  if (!users.has(part.messageID)) texts.set(part.sessionID, String(part.text ?? "").slice(0, 20000))
}

function send({ type, properties = {} }, directory) {
  const session = properties.sessionID ?? properties.info?.id
  if (!wanted.test(type) || children.has(session)) return
  if (type === "session.status" && properties.status?.type !== "busy") return
  const number = (numbers.get(session) ?? 0) + 1
  numbers.set(session, number)
  const event = { type, properties, directory, text: texts.get(session), ntfy: { time: Date.now(), number } }
  const child = spawn(ntfy, ["hook", "opencode"], { detached: true, stdio: ["pipe", "ignore", "ignore"] })
  child.on("error", () => {})
  child.stdin.on("error", () => {})
  child.stdin.end(JSON.stringify(event))
  child.unref()
}

export const NtfyPlugin = async ({ directory } = {}) => ({
  event: async ({ event }) => {
    try {
      note(event)
      send(event, directory)
    } catch {}
  },
})
`
