import { below } from './places.ts'
import { type Hook, type Installer, mergedJson } from './settings.ts'

const folder = () => below(undefined, '.cursor')

const hook = (event: string): Hook => ({
  at: ['hooks', event],
  element: (command) => ({ command: command('cursor'), timeout: 10 }),
})

export const cursor: Installer = {
  agent: 'cursor',
  programs: ['cursor-agent', 'cursor'],
  folder,
  files: () => [
    mergedJson(`${folder()}/hooks.json`, ['beforeSubmitPrompt', 'afterAgentResponse', 'stop', 'sessionEnd'].map(hook), {
      version: 1,
    }),
  ],
}
