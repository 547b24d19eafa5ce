import type { Backend } from '../backends/contract/backend.ts'
import type { Config, Target } from '../config/types.ts'
import { attemptAll } from '../delivery/deliver.ts'
import { prepare } from '../delivery/prepare.ts'
import { makeNotification } from '../notification/create.ts'
import { printLine } from '../platform/output.ts'
import { terminalOfCaller } from '../process/proc.ts'

/**
 * Sends a real notification with the new settings and asks whether it arrived.
 *
 * @returns whether they are to be written
 */
export async function tryOut(
  name: string,
  backend: Backend,
  settings: Record<string, unknown>,
  config: Config,
): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts')
  if (!(await confirm({ message: 'Send a test notification now?', default: true }))) return true
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
    if (await confirm({ message: 'Did it arrive?', default: true })) return true
  } else printLine(`not sent: ${report?.error}`)
  return confirm({ message: 'Save it anyway?', default: false })
}
