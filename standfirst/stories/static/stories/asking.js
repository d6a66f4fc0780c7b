// The desk's text editor: mark a passage and ask the readers about it. React and Draft.js are the editor's own.
(() => {
  const { React, DraftJS, draftail } = window;
  const { EditorState, Modifier } = DraftJS;

  // A dialog of the browser: it holds the focus, and Escape leaves it.
  function dialog(words, data, done) {
    const box = document.createElement("dialog");
    box.className = "asking";
    box.setAttribute("aria-label", words.title);
    const form = document.createElement("form");
    form.method = "dialog";
    const title = document.createElement("h2");
    title.textContent = words.title;
    const question = document.createElement("textarea");
    Object.assign(question, { rows: 3, required: true, maxLength: words.length, value: data.question ?? "" });
    const label = document.createElement("label");
    label.append(words.question, question);
    const opened = document.createElement("input");
    Object.assign(opened, { type: "checkbox", checked: data.opened === true });
    const check = document.createElement("label");
    check.className = "asking-check";
    check.append(opened, words.opened);
    const save = document.createElement("button");
    Object.assign(save, { className: "button", textContent: words.save });
    const cancel = document.createElement("button");
    Object.assign(cancel, { type: "button", className: "button button-secondary", textContent: words.cancel });
    cancel.addEventListener("click", () => box.close());
    form.append(title, label, check, save, cancel);
    let asked = null;
    form.addEventListener("submit", (event) => {
      event.stopPropagation();
      const text = question.value.trim();
      if (text) asked = { question: text, opened: opened.checked };
      else event.preventDefault();
    });
    box.append(form);
    box.addEventListener("close", () => {
      box.remove();
      done(asked);
    });
    document.body.append(box);
    box.showModal();
    question.focus();
    return box;
  }

  class Source extends React.Component {
    componentDidMount() {
      const { entity, entityType, editorState, onClose } = this.props;
      const passage = editorState.getSelection();
      if (!entity && passage.isCollapsed()) {
        setTimeout(onClose);
        return;
      }
      this.box = dialog(entityType.words, entity ? entity.getData() : {}, (asked) => {
        this.box = null;
        if (asked) this.mark(asked);
        else onClose();
      });
    }

    componentWillUnmount() {
      this.box?.close();
    }

    // The mark's id is made once; asking otherwise keeps it, and so the answers.
    mark(asked) {
      const { entity, entityKey, entityType, editorState, onComplete } = this.props;
      const content = editorState.getCurrentContent();
      if (entity) {
        const changed = content.mergeEntityData(entityKey, asked);
        onComplete(EditorState.push(editorState, changed, "apply-entity"));
        return;
      }
      const data = { ...asked, mark: crypto.randomUUID?.() ?? uuid() };
      const made = content.createEntity(entityType.type, "MUTABLE", data);
      const key = made.getLastCreatedEntityKey();
      const marked = Modifier.applyEntity(made, editorState.getSelection(), key);
      const next = EditorState.push(editorState, marked, "apply-entity");
      onComplete(next);
    }

    render() {
      return null;
    }
  }

  // crypto.randomUUID is for secure origins only; a desk in a house's own network may be none.
  function uuid() {
    const digits = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0"));
    return digits.join("").replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
  }

  const Mark = ({ children, contentState, entityKey, onEdit, onRemove }) => {
    const label = contentState.getEntity(entityKey).getData().question;
    const icon = React.createElement(window.wagtail.components.Icon, { name: "help" });
    return React.createElement(draftail.TooltipEntity, { entityKey, onEdit, onRemove, icon, label }, children);
  };

  draftail.registerPlugin({ type: "QUESTION", source: Source, decorator: Mark }, "entityTypes");
})();
