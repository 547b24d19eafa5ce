/*
 * What runs already, and not as our child. Each file finds one kind, waits for its end and says how it ended:
 *
 *   container   of docker or podman
 *   unit        of systemd (systemd.ts speaks to its manager, also for `ntfy unit`)
 *   gh-run      a workflow of GitHub, by the program gh
 *   remote      a process of another machine, by ssh
 *   slurm       jobs, by sacct and squeue, or scontrol
 *   by-name     finds processes of this machine, which process/watch waits for
 *   tool        runs the programs that know
 */

import type { Outcome } from '../../notification/index.ts'

/** How it has ended. */
export interface AttachedEnd {
  outcome: Outcome
  /** What a notification says of it. */
  sentence(outcome: Outcome, options: { emoji: boolean }): string
  /** Where more of it is to be seen. */
  url?: string
}

/** Something that runs and that was found. */
export interface Attached {
  /** What it is called while it is waited for. */
  name: string
  /** What ended, where that is no command: `unit backup.service`. */
  subject?: string
  /** @throws NtfyError it cannot be known any more */
  wait(signal: AbortSignal): Promise<AttachedEnd>
}

/** Waits between two looks, in milliseconds: soon at first, then seldom. */
export function* pauses(longest: number): Generator<number, never> {
  for (let pause = 500; ; pause = Math.min(pause * 2, longest)) yield pause
}

/** `✅ container web succeeded in 3:02 minutes`, or why it did not. */
export function endSentence(
  subject: string,
  how: string,
  time: string,
  { failed, emoji }: { failed: boolean; emoji: boolean },
): string {
  return `${emoji ? (failed ? '❌ ' : '✅ ') : ''}${subject} ${how}${time === '' ? '' : ` in ${time}`}`
}
