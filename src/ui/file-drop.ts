import { LitElement, type TemplateResult, css, html, nothing } from "lit";
import { base } from "./base.css.ts";
import { controls } from "./controls.css.ts";
import { icon } from "./icons.ts";

/** What was given. Good only while the event `files` is told: the browser empties the lists afterwards. */
export interface GivenFiles {
  readonly files: FileList;
  /** Null where files were picked; folders are in here alone. */
  readonly items: DataTransferItemList | null;
}

/** A place to drop files, with a button for who picks them, and one for a folder where there may be one. */
export class FileDrop extends LitElement {
  static override properties = {
    label: {},
    folder: {},
    accept: {},
    over: { state: true },
  };
  static override styles = [
    base,
    controls,
    css`
      .drop {
        display: grid;
        gap: var(--space-3);
        justify-items: start;
        padding: var(--space-4);
        border: 2px dashed var(--line-strong);
        border-radius: var(--radius);
      }
      .drop.over {
        border-style: solid;
        border-color: var(--accent);
        background: var(--accent-wash);
      }
      input {
        position: absolute;
        opacity: 0;
        width: 1px;
        height: 1px;
      }
      input:focus-visible + label {
        outline: 3px solid var(--accent);
        outline-offset: 3px;
      }
      label.button {
        cursor: pointer;
      }
    `,
  ];

  declare label: string;
  /** The label of the button for a folder; empty where only one file is meant. */
  declare folder: string;
  declare accept: string;
  declare over: boolean;

  constructor() {
    super();
    this.folder = "";
    this.accept = "";
    this.over = false;
  }

  protected override render(): TemplateResult {
    const many = this.folder !== "";
    return html`<div
      class="drop ${this.over ? "over" : ""}"
      @dragover=${(event: DragEvent) => this.#dragOver(event)}
      @dragleave=${() => (this.over = false)}
      @drop=${(event: DragEvent) => this.#drop(event)}
    >
      <p class="row">
        <input
          id="files"
          type="file"
          accept=${this.accept}
          ?multiple=${many}
          @change=${(event: Event) => this.#picked(event)}
        />
        <label class="button" for="files">${icon("upload")} ${this.label}</label>
        ${
          many
            ? html`<input id="folder" type="file" webkitdirectory @change=${(event: Event) => this.#picked(event)} />
                <label class="button" for="folder">${icon("upload")} ${this.folder}</label>`
            : nothing
        }
      </p>
      <p class="quiet small"><slot></slot> You see what is in it before anything is stored.</p>
    </div>`;
  }

  #dragOver(event: DragEvent): void {
    event.preventDefault();
    this.over = true;
  }

  #drop(event: DragEvent): void {
    event.preventDefault();
    this.over = false;
    if (event.dataTransfer !== null) this.#tell(event.dataTransfer);
  }

  #picked({ target }: Event): void {
    if (!(target instanceof HTMLInputElement) || target.files === null || target.files.length === 0) return;
    this.#tell({ files: target.files, items: null });
    // So that the same file can be picked again after it was corrected.
    target.value = "";
  }

  #tell(detail: GivenFiles): void {
    this.dispatchEvent(new CustomEvent<GivenFiles>("files", { detail }));
  }
}

customElements.define("file-drop", FileDrop);
declare global {
  interface HTMLElementTagNameMap {
    "file-drop": FileDrop;
  }
}
