import { below } from './places.ts'
import { type Installer, ownFile, quoted } from './settings.ts'

const plugin = () => below(undefined, '.agents', 'plugins', 'ntfy')

const events = ['UserPromptSubmit', 'Stop', 'SessionEnd']

export const goose: Installer = {
  agent: 'goose',
  programs: ['goose'],
  folder: () => below('XDG_CONFIG_HOME', '.config', 'goose'),
  files: () => [
    ownFile(`${plugin()}/plugin.json`, () => {
      const description = 'Notifies when goose is done (ntfy agents --uninstall removes it)'
      return `${JSON.stringify({ name: 'ntfy', version: '1.0.0', description }, null, 2)}\n`
    }),
    ownFile(`${plugin()}/hooks/hooks.json`, (launcher) => {
      const hook = { type: 'command', command: `${quoted(launcher)} hook goose`, timeout: 10 }
      const hooks = Object.fromEntries(events.map((event) => [event, [{ hooks: [hook] }]]))
      return `${JSON.stringify({ hooks }, null, 2)}\n`
    }),
  ],
}
