export {
  type Declaration,
  defineModule,
  type Entity,
  type IqHandler,
  type Module,
  type Outcome,
  onGet,
  onSet,
  type Rfc,
  refuse,
  reply,
  type Xep,
} from './module.ts'
export { Registry } from './registry.ts'
export { type Respondent, respond } from './respond.ts'
