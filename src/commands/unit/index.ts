import { defineCommand } from '../../cli/command.ts'
import { refuseUnused } from '../../cli/unused.ts'
import { destinationsFor } from '../../delivery/destinations.ts'
import { notifyHere } from '../../delivery/index.ts'
import { printReport, sayReport } from '../../delivery/report.ts'
import { exitCode, UsageError, worstExitCode } from '../../platform/errors.ts'
import { monitoredUnit, outcomeOfUnit, showUnit, type Unit, unitSentence } from '../../running/attach/systemd.ts'

/** How many lines of the journal a message gets. */
const lines = 20

export default defineCommand({
  name: 'unit',
  words: '[NAME]',
  summary: 'notify how a systemd unit ended, for OnFailure=',
  group: 'scripts',
  examples: [
    ['sudo ntfy unit --install', 'write ntfy@.service, for OnFailure=ntfy@%n.service'],
    ['sudo ntfy unit --install --all', 'and have every service that fails trigger it'],
    ['ntfy unit backup.service', 'how it ended last'],
  ],
  flags: {
    install: { kind: 'boolean', description: 'write ntfy@.service, which services name in OnFailure=' },
    uninstall: { kind: 'boolean', description: 'remove it' },
    user: { kind: 'boolean', description: "for, or of, the user's own services" },
    all: { kind: 'boolean', description: 'with --install: every service that fails notifies' },
  },
  maxWords: 1,
  async run({ flags: { install, uninstall, user, all }, words: [name], global }) {
    if (install && uninstall) throw new UsageError('unit: --install or --uninstall, not both')
    if (all && !install) throw new UsageError('unit: --all: expected --install beside it')
    if ((install || uninstall) && name !== undefined) {
      throw new UsageError(`unit ${name}: expected no name beside --install (OnFailure=ntfy@%n.service names it)`)
    }
    if (install || uninstall) {
      refuseUnused(global, { name: `unit --${install ? 'install' : 'uninstall'}`, takes: [] }, { ...global })
      const { installUnit, uninstallUnit } = await import('./install.ts')
      await (install ? installUnit : uninstallUnit)({ user, all })
      return exitCode.ok
    }
    const unit = await findUnit(name, user)
    const outcome = await outcomeOfUnit(unit, lines)
    const sentence = ({ output }: { output?: string }) =>
      `${unitSentence(unit, global)}${output === undefined ? '' : `:\n${output}`}`
    const ending = { source: 'done', outcome, sentence, subject: `unit ${unit.name}` } as const
    const reports = await notifyHere(ending, await destinationsFor(global), global)
    for (const report of reports) {
      if (global.json) printReport(report)
      sayReport(report)
    }
    return worstExitCode(reports.map((report) => report.exitCode))
  },
})

/** The one that triggered us, unless another is named: the instance of a template's unit is no unit's name. */
async function findUnit(name: string | undefined, user: boolean): Promise<Unit> {
  const monitored = monitoredUnit()
  if (monitored !== undefined && (name === undefined || name === monitored.name || !/\.[a-z]+$/.test(name))) {
    return monitored
  }
  if (name === undefined) throw new UsageError('unit: expected the name of a unit (systemd passes it in MONITOR_UNIT)')
  const unit = await showUnit(name, user)
  if (!unit.isLoaded) throw new UsageError(`unit ${name}: there is no such unit`)
  return unit
}
