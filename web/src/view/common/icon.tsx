const SHAPES = {
  back: 'M15 5l-7 7 7 7',
  search: 'M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14Zm5 12 4.500 4.500',
  more: 'M5.500 11.500v1m6.500-1v1m6.500-1v1',
  send: 'M12 20V5m-6 6 6-6 6 6',
  key: 'M14.500 9.500 21 3m-3 3 2.500 2.500M15.500 14a5 5 0 1 1-10 0 5 5 0 0 1 10 0Z',
  bell: 'M6 9a6 6 0 1 1 12 0c0 6 2.500 7 2.500 7h-17S6 15 6 9Zm4 11a2.200 2.200 0 0 0 4 0',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8Zm0-5v1.500m0 15V21m9-9h-1.500M4.500 12H3m15.400-6.400-1.100 1.100M6.700 17.300l-1.100 1.100m12.800 0-1.100-1.100M6.700 6.700 5.600 5.600',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500Z',
  auto: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 0v16m0-13 4-1m-4 4.500 7-1m-7 4.500 7.500-1m-7.500 4.500 5.500-1',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  'double-check': 'm2.500 12.500 4.500 4.500L16 7.500m-3.500 9L22 7.500',
  clock: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16Zm0 4v4.500l3 1.500',
  close: 'M6 6l12 12M18 6 6 18',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  'arrow-down': 'M12 5v14m-6-6 6 6 6-6',
  'sign-out': 'M14 4H5v16h9m-4-8h11m-4-4 4 4-4 4',
  help: 'M9 9a3 3 0 1 1 4.500 2.600c-1 .6-1.500 1.200-1.500 2.400m0 3.500h.01',
  stop: 'M8.500 3.500h7l5 5v7l-5 5h-7l-5-5v-7ZM9 9h6v6H9z',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  chevron: 'm9 6 6 6-6 6',
} as const;

export type IconName = keyof typeof SHAPES;

/** A decorative icon. Screen readers ignore it, so text beside it or its button's label gives the meaning. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={SHAPES[name]} />
  </svg>
);
