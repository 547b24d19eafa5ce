import { assignments } from './assignments.ts'
import type { Imported } from './imported.ts'

/** The variables of undistract-me, as a shell's file sets them, or as they are exported. */
export function importUndistractMe(text: string, into: Imported): void {
  const found = assignments(text)
  const value = (name: string) => found.get(name) || undefined
  const timeout = value('LONG_RUNNING_COMMAND_TIMEOUT')
  if (timeout !== undefined) {
    if (/^\d+$/.test(timeout)) into.top['longer_than'] = Number(timeout)
    else into.lose('LONG_RUNNING_COMMAND_TIMEOUT: expected seconds')
  }
  const ignored = value('LONG_RUNNING_IGNORE_LIST')?.split(/\s+/).filter(Boolean) ?? []
  if (ignored.length > 0) into.top['ignore'] = ignored
  if (value('IGNORE_WINDOW_CHECK') !== undefined) into.top['away'] = 'always'
  if ((value('UDM_PLAY_SOUND') ?? '0') !== '0') {
    into.targets['default'] = { soundfile: '/usr/share/sounds/freedesktop/stereo/complete.oga' }
  }
  for (const name of ['LONG_RUNNING_COMMAND_CUSTOM', 'LONG_RUNNING_COMMAND_CUSTOM_TIMEOUT']) {
    if (value(name) !== undefined)
      into.lose(`${name}: a target with the backend exec gets the notification on its stdin`)
  }
}
