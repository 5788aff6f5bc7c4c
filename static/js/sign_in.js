// The demo's people: a click writes the user name and leaves the password to type.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-username]");
  if (!button) return;
  document.getElementById("id_username").value = button.dataset.username;
  document.getElementById("id_password").focus();
});
