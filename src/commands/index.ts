import type { Commands } from '../cli/command.ts'

/** Every verb, loaded when it is typed. The order is that of the help. */
export const commands: Commands = {
  send: () => import('./send.ts'),
  done: () => import('./done.ts'),
  'shell-integration': () => import('./shell-integration.ts'),
  test: () => import('./test.ts'),
  queue: () => import('./queue/index.ts'),
  log: () => import('./log.ts'),
  setup: () => import('./setup.ts'),
  why: () => import('./why/index.ts'),
  status: () => import('./status.ts'),
  doctor: () => import('./doctor.ts'),
  matrix: () => import('./matrix/index.ts'),
  off: () => import('./off.ts'),
  on: () => import('./on.ts'),
  away: () => import('./away.ts'),
  backends: () => import('./backends.ts'),
  config: () => import('./config/index.ts'),
  completion: () => import('./completion.ts'),
  help: () => import('./help.ts'),
  version: () => import('./version.ts'),
  'shell-done': () => import('./shell-done.ts'),
  'shell-next': () => import('./shell-next.ts'),
  clicks: () => import('./clicks.ts'),
  deliver: () => import('./deliver.ts'),
}
