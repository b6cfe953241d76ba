-- wrk script: every request is the next observation of one of the runs in the file that RUNS names (one id a line).
-- Each thread takes its share of the runs in turn, so that a run's observations never overlap.
--   RUNS=runs.txt THREADS=2 wrk -t2 -c32 -d10s --latency -s load.lua http://127.0.0.1:8080

local counter = 0

function setup(thread)
  thread:set("number", counter)
  counter = counter + 1
end

function init(args)
  ids, steps = {}, {}
  local threads, line = tonumber(os.getenv("THREADS") or "1"), 0
  for id in io.lines(os.getenv("RUNS")) do
    if line % threads == number then
      ids[#ids + 1] = id
      steps[#steps + 1] = tonumber(os.getenv("FROM") or "0")
    end
    line = line + 1
  end
  turn = 0
  -- wrk asks the first thread for a request that it does not send, to see whether the script pipelines.
  isTrial = number == 0
  refused = 0
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  local step = steps[turn + 1]
  local id = ids[turn + 1]
  if isTrial then
    isTrial = false
  else
    steps[turn + 1] = step + 10
    turn = (turn + 1) % #ids
  end
  local loss = 2 / (1 + step / 1000)
  local body = string.format(
    '{"step":%d,"trainLoss":%.9f,"validationLoss":%.9f,"predictionVariance":0.05,"predictionChangeVariance":0.001,'
      .. '"weightMean":0.01,"weightVariance":0.02}', step, loss * 0.9, loss)
  return wrk.format(nil, "/v1/runs/" .. id .. "/observations", nil, body)
end

function response(status, headers, body)
  if status ~= 200 and refused < 3 then
    refused = refused + 1
    print(status, body)
  end
end
