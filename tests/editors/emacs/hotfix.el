;;; hotfix.el --- One hotfix in real Emacs: finding, hover, fix, undo  -*- lexical-binding: t -*-
;; Started by tests/editors/emacs/run.
(require 'ert)
(require 'cl-lib)
(require 'python)
(require 'flymake)
(unless (require 'eglot nil t)
  (package-initialize)
  (require 'eglot))

(setq make-backup-files nil
      create-lockfiles nil
      vc-handled-backends nil
      eglot-sync-connect 20                ; wait until the server has answered
      eglot-autoshutdown nil
      eglot-send-changes-idle-time 0
      eglot-confirm-server-edits nil       ; Eglot 1.16 and later
      eglot-confirm-server-initiated-edits nil
      ;; python-mode's own checker is not what is tested here.
      python-flymake-command '("true"))

;; What the README tells a person to write.
(add-to-list 'eglot-server-programs
             '((python-mode python-ts-mode) . ("hotfix-ls" "server")))

(defconst hotfix-production
  "import requests\n\n\ndef fetch(url):\n    return requests.get(url, timeout=5).text\n")

(defun hotfix-git (root &rest arguments)
  "Run git with ARGUMENTS in ROOT."
  (let ((default-directory root))
    (should (zerop (apply #'call-process "git" nil nil nil
                          "-c" "user.name=Test" "-c" "user.email=test@example.com" arguments)))))

(defun hotfix-wait (reached)
  "Let processes and timers run until REACHED says something."
  (let ((end (+ (float-time) 20)) answer)
    (while (and (not (setq answer (funcall reached))) (< (float-time) end))
      (accept-process-output nil 0.02))
    answer))

(defun hotfix-tell ()
  "Send pending edits now: idle timers do not run in batch mode."
  (eglot--signal-textDocument/didChange))

(defun hotfix-findings (text)
  "The findings whose message matches TEXT."
  (cl-remove-if-not (lambda (it) (string-match-p text (flymake-diagnostic-text it)))
                    (flymake-diagnostics)))

(defmacro hotfix-with-file (&rest body)
  "Run BODY in a Python file of a hotfix branch, with the server running."
  `(let* ((root (file-name-as-directory (file-truename (make-temp-file "shop" t))))
          (file (expand-file-name "client.py" root))
          (project-find-functions (list (lambda (_) (cons 'transient root)))))
     (write-region hotfix-production nil file nil 'silent)
     (hotfix-git root "init" "--quiet" "--initial-branch=main")
     (hotfix-git root "add" "--all")
     (hotfix-git root "commit" "--quiet" "--message" "Release 1.2.0")
     (hotfix-git root "checkout" "--quiet" "-b" "hotfix/v1.2.1")
     (with-current-buffer (find-file-noselect file)
       (unwind-protect
           (progn
             (set-window-buffer nil (current-buffer))
             (apply #'eglot (eglot--guess-contact))
             (should (hotfix-wait #'eglot-current-server))
             ,@body)
         (set-buffer-modified-p nil)
         (when (eglot-current-server)
           (ignore-errors (eglot-shutdown (eglot-current-server) nil 5)))
         (kill-buffer)
         (delete-directory root t)))))

(ert-deftest hotfix-nothing-is-said-about-production ()
  (hotfix-with-file
   (goto-char (point-max))
   (insert "\n\n_NAME = 'é😀'\n")
   (hotfix-tell)
   ;; An answer about this text, so that the silence is not that of a server still thinking.
   (forward-line -1)
   (let (shown)
     (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown text)))
     (should (hotfix-wait (lambda () shown))))
   (should-not (flymake-diagnostics))))

(ert-deftest hotfix-finding-hover-and-fix ()
  (hotfix-with-file
   (goto-char (point-max))
   ;; Characters of two and four bytes: a column in the wrong unit lands beside the call.
   (insert "\n\ndef _label(url):\n    mark = 'é😀'; answer = requests.get(url)\n"
           "    answer.raise_for_status()\n    return mark + answer.text\n")
   (hotfix-tell)
   (should (hotfix-wait (lambda () (hotfix-findings "no timeout"))))
   (let* ((finding (car (hotfix-findings "no timeout")))
          (beg (flymake-diagnostic-beg finding))
          (end (flymake-diagnostic-end finding)))
     (should (string-prefix-p "requests.get" (buffer-substring-no-properties beg end)))
     (goto-char beg)
     (let (shown)
       (eglot-hover-eldoc-function (lambda (text &rest _) (setq shown text)))
       (should (hotfix-wait (lambda () shown)))
       (setq shown (substring-no-properties shown))
       (should (string-match-p "request-without-timeout" shown))
       ;; Without markdown-mode Eglot asks for plain text, and gets no marks.
       (unless (fboundp 'gfm-view-mode)
         (should-not (string-match-p "\\*\\*\\|```" shown))))
     (let ((before (buffer-string)))
       (undo-boundary)
       (cl-letf ((last-nonmenu-event t)      ; asked for by keyboard, not by mouse
                 ((symbol-function 'completing-read)
                  ;; Several fixes are offered: a person presses RET and takes the preferred one.
                  (lambda (_prompt _choices _predicate _match _initial _history default &rest _)
                    default)))
         (eglot-code-actions beg end "quickfix" t))
       (should (hotfix-wait (lambda () (save-excursion
                                         (goto-char (point-min))
                                         (search-forward "requests.get(url, timeout=10)" nil t)))))
       (hotfix-tell)
       (should (hotfix-wait (lambda () (not (hotfix-findings "no timeout")))))
       (should (string-prefix-p hotfix-production (buffer-string)))
       (should-not (equal before (buffer-string)))))))

(ert-deftest hotfix-restore-the-hunk ()
  (hotfix-with-file
   (goto-char (point-min))
   (search-forward ", timeout=5")
   (replace-match "")
   (hotfix-tell)
   (should (hotfix-wait (lambda () (flymake-diagnostics))))
   (eglot-code-actions (point) (point) "refactor.rewrite.hotfix.restore.hunk" t)
   (should (hotfix-wait (lambda () (equal (buffer-string) hotfix-production))))
   (hotfix-tell)
   (should (hotfix-wait (lambda () (not (flymake-diagnostics)))))))
;;; hotfix.el ends here
