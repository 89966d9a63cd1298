import { instanceContract, type ReloadReply } from '@heliograph/rpc'
import type { Command, CommandContext } from '../command.ts'
import { Failure } from '../failure.ts'

/** What a process said, by the first of the instances in it. */
interface Reloaded extends ReloadReply {
  readonly instance: string
}

export const reload: Command = {
  name: 'reload',
  parameters: ['[INSTANCE]'],
  help: 'Make an instance, or all of them, read their configuration again.',
  async run(context, [name]) {
    const all = await reloadAll(context, name)
    const text = all.map(lineOf).join('\n')
    if (all.some(({ ok }) => !ok)) throw new Failure('refused', text)
    return { data: all.map(({ instance, changed, needsRestart }) => ({ instance, changed, needsRestart })), text }
  },
}

async function reloadAll({ admin, at }: CommandContext, name: string | undefined): Promise<Reloaded[]> {
  const { instances } = await admin.instances({})
  const meant = instances.filter(({ instance }) => name === undefined || instance === name)
  if (meant.length === 0) throw new Failure('refused', `there is no instance ${name}: see heliographctl instances`)
  const silent = meant.find(({ rpc }) => rpc === '')
  if (silent !== undefined) throw new Failure('refused', `${silent.instance} has no gRPC server: send it SIGHUP`)
  // In standalone mode they share a process.
  const processes = [...new Map(meant.map((each) => [each.rpc, each])).values()]
  const replies: Reloaded[] = []
  for (const { instance, rpc } of processes)
    replies.push({ ...(await at(instanceContract, rpc).reload({ instance })), instance })
  return replies
}

function lineOf({ instance, ok, text, changed, needsRestart }: Reloaded): string {
  if (!ok) return `${instance} changed nothing: ${text}`
  const waits = needsRestart.length === 0 ? '' : `; needs a restart: ${needsRestart.join(', ')}`
  return `${instance}: ${changed.length === 0 ? 'nothing changed' : `changed ${changed.join(', ')}`}${waits}`
}
