export const KeysPage = () => <div class="keys">keys</div>;
