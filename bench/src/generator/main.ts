import type { Load } from '../scenarios/load.ts'
import { SCENARIOS } from '../scenarios/scenarios.ts'
import type { Answer, Command, Mark } from './protocol.ts'

/** A generator process: runs one load at the rig's word. It lives until the rig disconnects. */
let load: Load | undefined

function current(): Load {
  if (load === undefined) throw new Error('no load is prepared')
  return load
}

function total(usage: NodeJS.CpuUsage): number {
  return usage.user + usage.system
}

function mark(): Mark {
  const { latency } = current()
  const reading = {
    delivered: current().delivered(),
    latency: latency.sparse(),
    cpuMicros: total(process.cpuUsage()),
    mainThreadMicros: total(process.threadCpuUsage()),
  }
  latency.reset()
  return reading
}

async function obey(command: Command): Promise<Answer> {
  switch (command.do) {
    case 'prepare': {
      const Scenario = SCENARIOS[command.job.scenario]
      if (Scenario === undefined) throw new Error(`no scenario ${command.job.scenario}`)
      load = new Scenario(command.job)
      await load.prepare()
      return {}
    }
    case 'start':
      current().start()
      return {}
    case 'finish':
      await current().finished
      return {}
    case 'mark':
      return { mark: mark() }
    case 'stop':
      return { tally: await current().stop() }
    case 'close':
      await load?.close()
      load = undefined
      return {}
  }
}

process.on('message', (command: Command) => {
  obey(command).then(
    (answer) => process.send?.(answer),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  )
})
process.on('disconnect', () => process.exit())
