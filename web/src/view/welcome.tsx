export const Welcome = () => <div class="welcome">No agents yet</div>;
