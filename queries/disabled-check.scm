; requests.get(url, verify=False), SSLContext(cert_reqs=ssl.CERT_NONE), app.run(debug=True)
(call
  function: (_) @function
  arguments: (argument_list
    (keyword_argument
      name: (identifier) @name
      value: (_) @value
      (#any-of? @name
        "verify" "verify_ssl" "ssl_verify" "verify_certs" "verify_certificate" "validate_certs"
        "check_hostname" "ssl_check_hostname" "cert_reqs" "ssl_cert_reqs" "assert_hostname"
        "ssl" "tls_insecure" "tls_verify" "strict_hostname" "debug")) @anchor)) @call

; session.verify = False, context.check_hostname = False, app.debug = True
(assignment
  left: (attribute
    object: (_) @object
    attribute: (identifier) @name
    (#any-of? @name
      "verify" "verify_ssl" "ssl_verify" "check_hostname" "verify_mode" "cert_reqs" "debug"
      "_create_default_https_context"))
  right: (_) @value) @anchor

; DEBUG = True
(assignment
  left: (identifier) @name
  right: (true) @value
  (#eq? @name "DEBUG")) @anchor
