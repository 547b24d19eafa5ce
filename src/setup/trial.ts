import type { Backend } from '../backends/contract/backend.ts'
import type { Config, Target } from '../config/types.ts'
import { attemptAll } from '../delivery/deliver.ts'
import { prepare } from '../delivery/prepare.ts'
import { makeNotification } from '../notification/create.ts'
import { printLine } from '../platform/output.ts'
import { terminalOfCaller } from '../process/proc.ts'

/** What is to become of the new settings. */
export type Verdict = 'save' | 'change' | 'quit'

/** Sends a real notification with the new settings, asks whether it arrived, and what to do if it did not. */
export async function tryOut(
  name: string,
  backend: Backend,
  settings: Record<string, unknown>,
  config: Config,
): Promise<Verdict> {
  const { confirm } = await import('@inquirer/prompts')
  if (!(await confirm({ message: 'Send a test notification now?', default: true }))) return 'save'
  const target: Target = { name, backend: backend.name, settings }
  const tried: Config = { ...config, targets: { ...config.targets, [name]: target } }
  const terminal = terminalOfCaller()
  const notification = makeNotification('test', 'This is a test. It worked.', terminal ? { terminal } : {})
  const delivery = await prepare(notification, tried, { target, overrides: {} })
  const [report] = await attemptAll([{ delivery, location: undefined }], {
    foreground: true,
    fresh: true,
    config: tried,
  })
  if (report?.outcome === 'delivered') {
    if (await confirm({ message: 'Did it arrive?', default: true })) return 'save'
  } else printLine(`not sent: ${report?.error}`)
  const { select } = await import('@inquirer/prompts')
  return select<Verdict>({
    message: 'Save it anyway?',
    choices: [
      { name: 'no, change an answer', value: 'change' },
      { name: 'yes, save it as it is', value: 'save' },
      { name: 'quit without saving', value: 'quit' },
    ],
  })
}
