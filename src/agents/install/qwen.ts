import { group, groups } from './claude.ts'
import { below } from './places.ts'
import { type Installer, mergedJson } from './settings.ts'

const folder = () => below(undefined, '.qwen')

export const qwen: Installer = {
  agent: 'qwen',
  programs: ['qwen'],
  folder,
  files: () => [
    mergedJson(`${folder()}/settings.json`, [
      ...groups('qwen', ['UserPromptSubmit', 'Stop', 'StopFailure', 'Notification', 'PermissionRequest', 'SessionEnd']),
      group('PostToolUse', 'qwen PostToolUse'),
    ]),
  ],
}
