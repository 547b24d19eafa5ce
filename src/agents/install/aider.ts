import { ConfigError } from '../../platform/errors.ts'
import { readRegular } from '../../platform/regular-file.ts'
import { below } from './places.ts'
import { type Installer, quoted } from './settings.ts'

const file = () => below(undefined, '.aider.conf.yml')

/** The lines between these are ours. */
const marker = '# ntfy agents'

export const aider: Installer = {
  agent: 'aider',
  programs: ['aider'],
  folder: () => below(undefined, '.aider'),
  files: () => [
    {
      path: file(),
      async withHooks(text = '', launcher) {
        const rest = withoutOurs(text)
        const line = rest.split('\n').findIndex((one) => /^\s*notifications(-command)?\s*:/.test(one))
        if (line >= 0) {
          throw new ConfigError(
            `${file()}:${line + 1}: has notifications of its own (remove the line): nothing was changed`,
          )
        }
        const command = JSON.stringify(`${quoted(launcher)} hook aider needs-you`)
        const end = rest === '' || rest.endsWith('\n') ? '' : '\n'
        return `${rest}${end}notifications: true ${marker}\nnotifications-command: ${command} ${marker}\n`
      },
      withoutHooks: async (text) => withoutOurs(text),
      hasHooks: (text) => text.includes(marker),
    },
  ],
  hasOwnNotifications() {
    const text = withoutOurs(readRegular(file(), 1024 * 1024) ?? '')
    return /^\s*notifications\s*:\s*true\b/m.test(text)
  },
}

function withoutOurs(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.trimEnd().endsWith(marker))
    .join('\n')
}
