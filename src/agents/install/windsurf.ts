import { below } from './places.ts'
import { type Hook, type Installer, mergedJson } from './settings.ts'

const folder = () => below(undefined, '.codeium', 'windsurf')

const hook = (event: string): Hook => ({
  at: ['hooks', event],
  element: (command) => ({ command: command('windsurf'), show_output: false }),
})

export const windsurf: Installer = {
  agent: 'windsurf',
  programs: ['windsurf'],
  folder,
  files: () => [mergedJson(`${folder()}/hooks.json`, ['pre_user_prompt', 'post_cascade_response'].map(hook))],
}
