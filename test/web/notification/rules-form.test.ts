import { describe, expect, test } from 'vitest';
import {
  delayChoices,
  delayText,
  formOfRules,
  problemOf,
  type RulesForm,
  rulesOfForm,
  wholeDayNote,
  withEdits,
} from '../../../web/src/model/notification/rules-form.ts';
import type { NotificationRules } from '../../../web/src/model/wire.ts';

const RULES: NotificationRules = {
  rules: [
    { event: 'question', destinations: ['phone'], after_seconds: 0 },
    { event: 'question', destinations: ['mail', 'chat'], after_seconds: 300 },
    { event: 'ended', destinations: ['mail'], after_seconds: 0 },
    { event: 'failed', destinations: ['phone'], after_seconds: 0 },
    { event: 'silent', destinations: ['chat'], after_seconds: 60 },
  ],
  quiet_hours: {
    time_zone: 'Europe/Berlin',
    from: '21:30',
    to: '06:00',
    days: [1, 2],
    urgent_passes: false,
  },
  group_seconds: 5,
  pause_while_active: false,
};
const IDS = ['phone', 'mail', 'chat'];

describe('the form of the rules', () => {
  test('leads back to them', () => {
    expect(rulesOfForm(formOfRules(RULES, 'UTC'), IDS)).toEqual(RULES);
    const quiet = { ...RULES, quiet_hours: null };
    expect(rulesOfForm(formOfRules(quiet, 'UTC'), IDS)).toEqual(quiet);
  });

  test('keeps rules about events that only a newer server knows', () => {
    const newer = { event: 'later', destinations: ['mail'], after_seconds: 60 };
    const rules = { ...RULES, rules: [...RULES.rules, newer] } as NotificationRules;
    expect(rulesOfForm(formOfRules(rules, 'UTC'), IDS)).toEqual(rules);
  });

  test('shows the earliest of several rules for one destination', () => {
    const second = { event: 'question' as const, destinations: ['mail'], after_seconds: 60 };
    const twice = [...RULES.rules, second];
    expect(formOfRules({ ...RULES, rules: twice }, 'UTC').after['question mail']).toBe(60);
  });

  test('leaves out destinations that are gone', () => {
    expect(rulesOfForm(formOfRules(RULES, 'UTC'), ['mail']).rules).toEqual([
      { event: 'question', destinations: ['mail'], after_seconds: 300 },
      { event: 'ended', destinations: ['mail'], after_seconds: 0 },
    ]);
  });

  test('proposes the time zone of the browser for new quiet hours', () => {
    expect(formOfRules({ ...RULES, quiet_hours: null }, 'Asia/Tokyo')).toMatchObject({
      isQuiet: false,
      timeZone: 'Asia/Tokyo',
    });
  });

  test('keeps what the user has changed when a destination is added meanwhile', () => {
    const edits: Partial<RulesForm> = { after: { 'question phone': null, 'ended chat': 60 }, isQuiet: false };
    const added = { event: 'question' as const, destinations: ['phone', 'new'], after_seconds: 0 };
    const form = withEdits(formOfRules({ ...RULES, rules: [added] }, 'UTC'), edits);
    expect(rulesOfForm(form, [...IDS, 'new'])).toMatchObject({
      rules: [
        { event: 'question', destinations: ['new'], after_seconds: 0 },
        { event: 'ended', destinations: ['chat'], after_seconds: 60 },
      ],
      quiet_hours: null,
    });
  });
});

describe('a form is not sent', () => {
  test.each([
    [{ isQuiet: true, from: '' }, 'from'],
    [{ isQuiet: true, to: '' }, 'to'],
    [{ isQuiet: true, days: [] }, 'days'],
    [{ groupSeconds: 61 }, 'groupSeconds'],
    [{ groupSeconds: Number.NaN }, 'groupSeconds'],
  ] as [Partial<RulesForm>, string][])('with %j', (edits, field) => {
    expect(problemOf(withEdits(formOfRules(RULES, 'UTC'), edits))?.field).toBe(field);
  });

  test('but empty quiet hours do not matter while there are none', () => {
    expect(problemOf({ ...formOfRules(RULES, 'UTC'), isQuiet: false, from: '', days: [] })).toBeNull();
  });
});

test('quiet hours that end when they begin say that they last all day', () => {
  const note = (edits: Partial<RulesForm>) => wholeDayNote(withEdits(formOfRules(RULES, 'UTC'), edits));
  const days = [0, 1, 2, 3, 4, 5, 6];
  expect(note({})).toBeNull();
  expect(note({ to: '21:30' })).toMatch(/last 24 hours: until 21:30 of the next day/);
  expect(note({ to: '21:30', days })).toMatch(/nothing is ever sent/);
  expect(note({ to: '21:30', days, urgentPasses: true })).toMatch(/only urgent ones are ever sent/);
  expect(note({ from: '', to: '' })).toBeNull();
  expect(note({ to: '21:30', isQuiet: false })).toBeNull();
});

test('a delay that was set elsewhere can be kept', () => {
  expect(delayChoices(null).map(delayText)).toEqual([
    'At once',
    'After 1 minute',
    'After 5 minutes',
    'After 15 minutes',
    'After 60 minutes',
  ]);
  expect(delayChoices(90).map(delayText)).toContain('After 90 s');
});
