import { readFileSync } from 'node:fs'
import type { User } from '@heliograph/rpc'
import type { Command, CommandContext } from '../command.ts'
import { Failure } from '../failure.ts'
import { moment, type Output, table } from '../output.ts'
import { mustBeDone } from './verdict.ts'

const pageSize = 500

export const createUser: Command = {
  name: 'users create',
  parameters: ['JID'],
  help: 'Create an account.',
  async run(context, [jid = '']) {
    const password = await newPassword(context)
    mustBeDone(await context.admin.createUser({ jid, password, force: forced(context) }), jid)
    return { data: { jid }, text: `created ${jid}` }
  },
}

export const setPassword: Command = {
  name: 'users password',
  parameters: ['JID'],
  help: 'Set the password of an account.',
  async run(context, [jid = '']) {
    const password = await newPassword(context)
    mustBeDone(await context.admin.setPassword({ jid, password, force: forced(context) }), jid)
    return { data: { jid }, text: `set the password of ${jid}` }
  },
}

export const deleteUser: Command = {
  name: 'users delete',
  parameters: ['JID'],
  help: 'Delete an account and all that is stored of it.',
  async run({ admin }, [jid = '']) {
    mustBeDone(await admin.deleteUser({ jid, localOnly: false }), jid)
    return { data: { jid }, text: `deleted ${jid}` }
  },
}

export const disableUser: Command = {
  name: 'users disable',
  parameters: ['JID'],
  help: 'Keep an account from logging in and close its sessions; what is stored stays.',
  run: (context, [jid = '']) => setDisabled(context, jid, true),
}

export const enableUser: Command = {
  name: 'users enable',
  parameters: ['JID'],
  help: 'Let a disabled account log in again.',
  run: (context, [jid = '']) => setDisabled(context, jid, false),
}

async function setDisabled({ admin }: CommandContext, jid: string, disabled: boolean): Promise<Output> {
  mustBeDone(await admin.setUserDisabled({ jid, disabled }), jid)
  return { data: { jid, disabled }, text: `${disabled ? 'disabled' : 'enabled'} ${jid}` }
}

export const retention: Command = {
  name: 'users retention',
  parameters: ['JID', '[DAYS|default]'],
  help: 'Show or set how many days messages stay in an archive; 0: for ever, default: as configured.',
  async run({ admin }, [jid = '', words]) {
    if (words !== undefined) {
      if (words !== 'default' && !/^\d{1,5}$/.test(words)) throw new Failure('misused', 'DAYS must be 0 to 36500')
      const configured = words === 'default'
      const verdict = await admin.setRetention({ jid, days: configured ? 0 : Number(words), configured })
      mustBeDone(verdict, jid, { 'not-acceptable': 'DAYS must be 0 to 36500' })
    }
    const { days, set, wished, ...verdict } = await admin.getRetention({ jid })
    mustBeDone(verdict, jid)
    const told = days === 0 ? 'for ever' : `${days} days`
    const why = wished > 0 && wished === days ? ', as the user wishes' : set ? '' : ', as configured'
    return { data: { jid, days, set, wished }, text: `${jid}: ${told}${why}` }
  },
}

export const listUsers: Command = {
  name: 'users list',
  parameters: [],
  help: 'List accounts; --domain narrows it.',
  async run({ admin, options }) {
    const users: User[] = []
    let after = ''
    do {
      const page = await admin.listUsers({ domain: options.domain ?? '', after, max: pageSize })
      users.push(...page.users)
      after = page.next
    } while (after !== '')
    const rows = users.map(({ jid, createdAt }) => [jid, moment(createdAt)])
    return { data: users, text: table(['JID', 'CREATED'], rows, 'no accounts') }
  },
}

const forced = ({ options }: CommandContext): boolean => options.force ?? false

async function newPassword({ options, readLine }: CommandContext): Promise<string> {
  const file = options['password-file']
  const password = file === undefined ? await readLine('Password: ') : passwordIn(file)
  if (password === '') throw new Failure('misused', 'the password is empty')
  return password
}

function passwordIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '')
  } catch (error) {
    throw new Failure('misused', `${file} cannot be read`, { cause: error })
  }
}
