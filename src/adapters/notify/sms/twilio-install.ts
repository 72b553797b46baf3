export const TWILIO_INSTALL = 'twilio@6.3.1';
