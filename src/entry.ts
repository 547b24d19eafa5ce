import { runCommandLine } from './cli/index.ts'
import { commands } from './commands/index.ts'

/** The entry of what `start` loads. */
export function run(argv: string[]): void {
  void runCommandLine(argv, commands)
}
