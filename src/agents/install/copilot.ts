import { below } from './places.ts'
import { type Installer, ownFile, quoted } from './settings.ts'

const folder = () => below('COPILOT_HOME', '.copilot')

const events = [
  ...['userPromptSubmitted', 'agentStop', 'permissionRequest', 'notification', 'errorOccurred', 'postToolUse'],
  ...['postToolUseFailure', 'subagentStop', 'sessionEnd'],
]

export const copilot: Installer = {
  agent: 'copilot',
  programs: ['copilot'],
  folder,
  files: () => [
    ownFile(`${folder()}/hooks/ntfy.json`, (launcher) => {
      const hook = (event: string) => ({
        ...{
          type: 'command',
          bash: `${quoted(launcher)} hook copilot ${event}`,
          timeoutSec: event === 'permissionRequest' ? 90 : 10,
        },
      })
      const hooks = Object.fromEntries(events.map((event) => [event, [hook(event)]]))
      return `${JSON.stringify({ version: 1, hooks }, null, 2)}\n`
    }),
  ],
}
