import type { FormAnswer, FormValue, QuestionForm } from '../../../domain/question/form.ts';
import type { AgentMessage } from '../wire.ts';

/** An answer that a question offers. A text is short for an option with that label. */
export type QuestionOption =
  | string
  | {
      /** What the button says: 1 to 200 characters. */
      readonly label: string;
      /** What the agent gets. Default: the label. */
      readonly value?: string | null | undefined;
      readonly description?: string | null | undefined;
    };

type OptionValue<Option> = Option extends string
  ? Option
  : Option extends { readonly value: infer Value extends string }
    ? Value
    : Option extends { readonly label: infer Label extends string }
      ? Label
      : never;

type FieldValue<Field> = Field extends { readonly enum: readonly (infer Value)[] }
  ? Value
  : Field extends { readonly oneOf: readonly { readonly const: infer Value }[] }
    ? Value
    : Field extends { readonly items: { readonly enum: readonly (infer Value)[] } }
      ? readonly Value[]
      : Field extends { readonly items: { readonly anyOf: readonly { readonly const: infer Value }[] } }
        ? readonly Value[]
        : Field extends { readonly type: 'string' }
          ? string
          : Field extends { readonly type: 'number' | 'integer' }
            ? number
            : Field extends { readonly type: 'boolean' }
              ? boolean
              : FormValue;

type RequiredName<Form extends QuestionForm> = Form extends { readonly required: readonly (infer Name)[] }
  ? Name & keyof Form['properties']
  : never;

type Flat<Type> = { [Name in keyof Type]: Type[Name] };

/** The type of the values of a filled in form. A field that is not required may be absent. */
export type FormValues<Form extends QuestionForm> = [Form] extends [never]
  ? never
  : string extends keyof Form['properties']
    ? FormAnswer
    : Flat<
        { readonly [Name in RequiredName<Form>]: FieldValue<Form['properties'][Name]> } & {
          readonly [Name in Exclude<keyof Form['properties'], RequiredName<Form>>]?: FieldValue<
            Form['properties'][Name]
          >;
        }
      >;

/** The type of the values that can be chosen; never for a form. */
export type OptionValues<Options extends readonly QuestionOption[], Form extends QuestionForm> = [
  Form,
] extends [never]
  ? OptionValue<Options[number]>
  : never;

type TypedField = 'options' | 'form' | 'default_answer';

/** The fields of a question besides its text. The types of the values in its answer follow from them. */
export type QuestionFields<
  Options extends readonly QuestionOption[],
  Form extends QuestionForm,
> = OtherFields & {
  /** Up to 30 answers to choose from. The person can type another one. With `multiple`, several. */
  readonly options?: Options | null | undefined;
  /** A flat JSON Schema object, instead of options: what the person fills in. */
  readonly form?: Form | null | undefined;
  /** The answer if nobody answers in time. It must fit the question. Needs `expires_in_seconds`. */
  readonly default_answer?: NoInfer<DefaultAnswer<Options, Form>> | null | undefined;
};

type OtherFields = Readonly<
  Omit<
    AgentMessage,
    TypedField | 'agent_instance_id' | 'agent_type' | 'content' | 'requires_user_input' | 'question_id'
  >
>;

type DefaultAnswer<Options extends readonly QuestionOption[], Form extends QuestionForm> = [Form] extends [
  never,
]
  ? string | readonly OptionValues<Options, Form>[]
  : FormValues<Form>;
