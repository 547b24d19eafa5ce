import { readRegular } from '../../platform/regular-file.ts'
import { group, groups, parsed } from './claude.ts'
import { below } from './places.ts'
import { type Installer, mergedJson } from './settings.ts'

const folder = () => below('CODEX_HOME', '.codex')
const file = () => `${folder()}/hooks.json`

export const codex: Installer = {
  agent: 'codex',
  programs: ['codex'],
  folder,
  files: () => [
    mergedJson(file(), [
      ...groups('codex', ['UserPromptSubmit', 'Stop']),
      group('PermissionRequest', 'codex', undefined, 90),
      ...groups('codex', ['SubagentStop', 'Interrupt', 'SessionEnd']),
      group('PostToolUse', 'codex PostToolUse'),
    ]),
  ],
  // One entry for each hook: file, event, group and place in it (codex-rs/hooks/src/engine/discovery.rs).
  isTrusted() {
    const config = readRegular(`${folder()}/config.toml`, 16 * 1024 * 1024) ?? ''
    const hooks = parsed(file())?.['hooks']
    if (typeof hooks !== 'object' || hooks === null) return false
    return Object.entries(hooks).every(([event, listed]) => {
      const at = Array.isArray(listed) ? listed.findIndex((one) => / hook codex\b/.test(JSON.stringify(one))) : -1
      const key = `${file()}:${event.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase()}:${at}:0`
      return at < 0 || hasTrust(config, key)
    })
  },
  hasOwnNotifications() {
    const config = readRegular(`${folder()}/config.toml`, 16 * 1024 * 1024) ?? ''
    const [, tui = ''] = /^\s*\[tui\]\s*$(.*?)(?=^\s*\[|$(?![\s\S]))/ms.exec(config) ?? []
    const inline = /^\s*(?:tui\s*=\s*\{[^\n]*\bnotifications|tui\.notifications)\s*=\s*(?!false)\S/m
    return (
      /^\s*notifications\s*=\s*(?!false|\[\s*\])\S/m.test(tui) || inline.test(config) || /^notify\s*=/m.test(config)
    )
  },
  todo: 'approve the hooks in Codex: it asks for it when it starts, and /hooks shows them',
}

function hasTrust(config: string, key: string): boolean {
  const at = config.indexOf(`"${key}"`)
  return at >= 0 && /^"[^"]*"\]?[^[]*?trusted_hash\s*=/s.test(config.slice(at, at + 4096))
}
