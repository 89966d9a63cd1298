import { instanceContract } from '@heliograph/rpc'
import type { Command, CommandContext } from '../command.ts'
import { Failure } from '../failure.ts'
import { moment, table } from '../output.ts'

export const listOwners: Command = {
  name: 'owners',
  parameters: ['[KIND]'],
  help: 'Show who owns which partition; KIND is user, presence, room, node or domain.',
  async run({ admin }, [kind = '']) {
    const { owners } = await admin.owners({ kind })
    const rows = owners.map((owner) => [owner.kind, String(owner.partition), owner.instance, String(owner.epoch)])
    return { data: owners, text: table(['KIND', 'PARTITION', 'OWNER', 'EPOCH'], rows, 'no partition has an owner') }
  },
}

export const listInstances: Command = {
  name: 'instances',
  parameters: [],
  help: 'List the live instances of all services.',
  async run({ admin }) {
    const { instances } = await admin.instances({})
    const rows = instances.map((each) => [each.instance, each.service, each.rpc || '-', String(each.partitions)])
    return { data: instances, text: table(['INSTANCE', 'SERVICE', 'RPC', 'PARTITIONS'], rows, 'no instances') }
  },
}

export const drain: Command = {
  name: 'drain',
  parameters: ['[INSTANCE]'],
  help: 'Make an instance hand over its work and stop; default: the one at --address.',
  async run(context, [name]) {
    const target = await find(context, name)
    const { begun } = await target.drain({})
    const { instance } = name === undefined ? await context.instance.info({}) : { instance: name }
    return { data: { instance, begun }, text: begun ? `${instance} is draining` : `${instance} was draining already` }
  },
}

export const info: Command = {
  name: 'info',
  parameters: ['[INSTANCE]'],
  help: 'Show the state of an instance; default: the one at --address.',
  async run(context, [name]) {
    const about = await (await find(context, name)).info({})
    const lines = [
      `${about.instance}: ${about.state}, version ${about.version}, since ${moment(about.startedAt)}`,
      `services: ${about.services.join(', ')}`,
      ...Object.entries(about.addresses).map(([listener, address]) => `${listener}: ${address}`),
      ...(about.problems.length === 0 ? ['ready'] : about.problems.map((problem) => `not ready: ${problem}`)),
    ]
    return { data: about, text: lines.join('\n') }
  },
}

async function find({ admin, instance, at }: CommandContext, name: string | undefined) {
  if (name === undefined) return instance
  const { instances } = await admin.instances({})
  const found = instances.find((each) => each.instance === name)
  if (found === undefined) throw new Failure('refused', `there is no instance ${name}: see heliographctl instances`)
  if (found.rpc === '') throw new Failure('refused', `${name} has no gRPC server`)
  return at(instanceContract, found.rpc)
}
