import { field } from '../../platform/json.ts'
import { group, groups, parsed } from './claude.ts'
import { below } from './places.ts'
import { type Installer, mergedJson } from './settings.ts'

/** Milliseconds, where the others count seconds (docs/hooks/reference.md). */
const patience = 10_000

const folder = () =>
  process.env['GEMINI_CLI_HOME'] ? below('GEMINI_CLI_HOME', '', '.gemini') : below(undefined, '.gemini')
const file = () => `${folder()}/settings.json`

export const gemini: Installer = {
  agent: 'gemini',
  programs: ['gemini'],
  folder,
  files: () => [
    mergedJson(file(), [
      ...groups('gemini', ['BeforeAgent', 'AfterAgent', 'Notification', 'SessionEnd'], patience),
      group('AfterTool', 'gemini AfterTool', undefined, patience),
    ]),
  ],
  hasOwnNotifications: () => {
    const settings = parsed(file())
    return ['enableNotifications', 'enableMacOsNotifications'].some((name) => field(settings, 'general', name) === true)
  },
}
